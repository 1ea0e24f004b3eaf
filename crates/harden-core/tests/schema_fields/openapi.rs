//! The kinds that a server serves, as its OpenAPI describes them, and values that fit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::mutation::Random;
use super::proxy::Proxy;

/// A kind that objects can be created of.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) api_version: String,
    pub(crate) name: String,
    /// Where its objects are created.
    pub(crate) path: String,
    /// The name of its schema.
    schema: String,
}

/// A step from a value to one in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Field(String),
    /// The first item of a list.
    Item,
    /// A value of a map.
    Entry,
}

/// A field of a kind: the way to the map that it is in, and its name.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) kind: usize,
    pub(crate) way: Vec<Step>,
    pub(crate) name: String,
}

/// All that a server says of its kinds.
pub(crate) struct OpenApi {
    pub(crate) kinds: Vec<Kind>,
    /// Every field of every type, with some ways to it.
    pub(crate) fields: Vec<Vec<Field>>,
    schemas: BTreeMap<String, Value>,
}

/// The key of a value that is made in a map.
const ENTRY: &str = "cpu";

impl OpenApi {
    pub(crate) fn read(proxy: &Proxy) -> Self {
        let groups = proxy.get("/apis");
        let groups = groups["groups"].as_array().unwrap().iter();
        let versions = groups.flat_map(|it| it["versions"].as_array().unwrap());
        let versions = versions.map(|it| it["groupVersion"].as_str().unwrap().to_owned());
        let mut homes = vec![("v1".to_owned(), "/api/v1".to_owned())];
        homes.extend(versions.map(|it| (it.clone(), format!("/apis/{it}"))));
        let (mut kinds, mut schemas) = (Vec::new(), BTreeMap::new());
        for (api_version, home) in homes {
            let document = proxy.get(&format!("/openapi/v3{home}"));
            let Some(of_group) = document["components"]["schemas"].as_object() else { continue };
            for resource in proxy.get(&home)["resources"].as_array().unwrap() {
                let name = resource["name"].as_str().unwrap();
                let verbs = resource["verbs"].as_array().unwrap();
                if name.contains('/') || !verbs.contains(&json!("create")) {
                    continue;
                }
                let kind = resource["kind"].as_str().unwrap();
                let schema = of_group.iter().find(|(_, it)| is_of(it, &api_version, kind));
                let Some((schema, _)) = schema else { continue };
                let is_namespaced = resource["namespaced"] == json!(true);
                let namespace = if is_namespaced { "/namespaces/default" } else { "" };
                kinds.push(Kind {
                    api_version: api_version.clone(),
                    name: kind.to_owned(),
                    path: format!("{home}{namespace}/{name}"),
                    schema: schema.clone(),
                });
            }
            schemas.extend(of_group.iter().map(|(name, it)| (name.clone(), it.clone())));
        }
        let mut api = Self { kinds, fields: Vec::new(), schemas };
        api.fields = api.find_fields();
        api
    }

    /// The fields of all types, each with at most one way to it in a kind, and five in all.
    fn find_fields(&self) -> Vec<Vec<Field>> {
        let mut fields: BTreeMap<(String, String), Vec<Field>> = BTreeMap::new();
        for (number, kind) in self.kinds.iter().enumerate() {
            let mut seen = BTreeSet::from([kind.schema.clone()]);
            let mut left = VecDeque::from([(kind.schema.clone(), Vec::new())]);
            while let Some((schema, way)) = left.pop_front() {
                let Some(properties) = self.schemas[&schema]["properties"].as_object() else {
                    continue;
                };
                for (name, property) in properties {
                    // What says what the object is.
                    let is_head = way.is_empty()
                        && ["apiVersion", "kind", "metadata"].contains(&name.as_str());
                    if !is_head {
                        let known = fields.entry((schema.clone(), name.clone())).or_default();
                        if known.len() < 5 {
                            let way = way.clone();
                            known.push(Field { kind: number, way, name: name.clone() });
                        }
                    }
                    let mut way = way.clone();
                    way.push(Step::Field(name.clone()));
                    let inner = self.inner(property, &mut way);
                    // What the server drops, it need not decode as it decodes the rest.
                    if name != "status"
                        && let Some(inner) = inner
                        && way.len() < 20
                        && seen.insert(inner.clone())
                    {
                        left.push_back((inner, way));
                    }
                }
            }
        }
        fields.into_values().collect()
    }

    /// The name of the schema with fields that is in a value, with the steps to there.
    fn inner(&self, schema: &Value, way: &mut Vec<Step>) -> Option<String> {
        let (name, resolved) = self.resolve(schema);
        if resolved["properties"].is_object() {
            return name;
        }
        if resolved["items"].is_object() {
            way.push(Step::Item);
            return self.inner(&resolved["items"], way);
        }
        if resolved["additionalProperties"].is_object() {
            way.push(Step::Entry);
            return self.inner(&resolved["additionalProperties"], way);
        }
        None
    }

    /// A schema that is referred to, with its name.
    fn resolve<'s>(&'s self, schema: &'s Value) -> (Option<String>, &'s Value) {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        let Some(name) = reference.and_then(|it| it.rsplit('/').next()) else {
            return (None, schema);
        };
        (Some(name.to_owned()), &self.schemas[name])
    }

    /// An object of a kind with as little as its schema asks for.
    pub(crate) fn object(&self, kind: &Kind, random: &mut Random) -> Value {
        let mut made = Map::new();
        made.insert("apiVersion".to_owned(), kind.api_version.as_str().into());
        made.insert("kind".to_owned(), kind.name.as_str().into());
        made.insert("metadata".to_owned(), json!({"name": "a"}));
        let Value::Object(rest) = self.value(&self.schemas[&kind.schema], random, 0) else {
            return Value::Object(made);
        };
        made.extend(rest.into_iter().filter(|(key, _)| key != "metadata"));
        Value::Object(made)
    }

    /// The map that a field is in, which is made where it is not there, and the schema of the field.
    pub(crate) fn reach<'o, 's>(
        &'s self,
        object: &'o mut Value,
        field: &Field,
        random: &mut Random,
    ) -> Option<(&'o mut Map<String, Value>, &'s Value)> {
        let mut schema = &self.schemas[&self.kinds.get(field.kind)?.schema];
        let mut at = object;
        for step in &field.way {
            schema = self.resolve(schema).1;
            match step {
                Step::Field(name) => {
                    schema = &schema["properties"][name];
                    let made = self.value(schema, random, 8);
                    at = at.as_object_mut()?.entry(name.clone()).or_insert(made);
                }
                Step::Item => {
                    schema = &schema["items"];
                    let made = self.value(schema, random, 8);
                    let items = at.as_array_mut()?;
                    if items.is_empty() {
                        items.push(made);
                    }
                    at = items.first_mut()?;
                }
                Step::Entry => {
                    schema = &schema["additionalProperties"];
                    let made = self.value(schema, random, 8);
                    at = at.as_object_mut()?.entry(ENTRY).or_insert(made);
                }
            }
        }
        let schema = self.resolve(schema).1;
        Some((at.as_object_mut()?, &schema["properties"][&field.name]))
    }

    /// A value that fits a schema. The deeper it is, the less is in it that need not be.
    pub(crate) fn value(&self, schema: &Value, random: &mut Random, depth: usize) -> Value {
        let (name, schema) = self.resolve(schema);
        match name.as_deref().and_then(|it| it.rsplit('.').next()) {
            Some("Quantity") => return json!(["1", "100m", "1Gi"][random.below(3)]),
            Some("MicroTime") => return json!("2024-01-01T00:00:00.000000Z"),
            Some("IntOrString") => return [json!(1), json!("50%")][random.below(2)].clone(),
            Some("JSONSchemaProps") if depth > 3 => return json!({"type": "object"}),
            _ => {}
        }
        if let Some(values) = schema["enum"].as_array().filter(|it| !it.is_empty()) {
            return random.pick(values).clone();
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(random.below(2) == 0),
            Some("integer") => json!(1),
            Some("number") => json!(1.5),
            Some("string") => match schema["format"].as_str() {
                Some("byte") => json!("YQ=="),
                Some("date-time") => json!("2024-01-01T00:00:00Z"),
                _ => json!("a"),
            },
            Some("array") => json!([self.value(&schema["items"], random, depth + 1)]),
            Some("object") if schema["additionalProperties"].is_object() => {
                json!({ENTRY: self.value(&schema["additionalProperties"], random, depth + 1)})
            }
            _ => self.fields_of(schema, random, depth),
        }
    }

    fn fields_of(&self, schema: &Value, random: &mut Random, depth: usize) -> Value {
        let mut made = Map::new();
        let Some(properties) = schema["properties"].as_object() else { return json!({}) };
        let required = schema["required"].as_array();
        for (name, property) in properties {
            let is_required = required.is_some_and(|it| it.contains(&json!(name)));
            let is_head = ["status", "managedFields", "apiVersion", "kind"].contains(&&**name);
            let is_wanted = is_required || !is_head && depth < 4 && random.below(12) == 0;
            if is_wanted && depth < 12 {
                made.insert(name.clone(), self.value(property, random, depth + 1));
            }
        }
        Value::Object(made)
    }
}

fn is_of(schema: &Value, api_version: &str, kind: &str) -> bool {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let wanted = json!({"group": group, "kind": kind, "version": version});
    let all = schema["x-kubernetes-group-version-kind"].as_array();
    all.is_some_and(|it| it.len() == 1 && it.contains(&wanted))
}
