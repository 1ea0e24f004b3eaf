//! Schemas of constraints: what a template says of its parameters, and what Gatekeeper says of the rest.

use serde_json::{Map, Value, json};

use crate::cel;

/// Objects within objects.
const DEPTH: usize = 64;

/// The schema of a template's constraints.
#[derive(Debug)]
pub(super) struct Schema(Value);

impl Schema {
    /// That of constraints with these parameters; where there are none, `parameters` is not a field.
    pub(super) fn of(parameters: Option<&Value>, is_legacy: bool) -> Self {
        let mut spec = json!({
            "match": match_schema(),
            "enforcementAction": {"type": "string", "default": "deny"},
            "scopedEnforcementActions": {"type": "array", "items": {"type": "object", "properties": {
                "action": {"type": "string"},
                "enforcementPoints": {"type": "array", "items": {
                    "type": "object", "properties": {"name": {"type": "string"}}
                }},
            }}},
        });
        let parameters = match (parameters, is_legacy) {
            (None, true) => Some(json!({"x-kubernetes-preserve-unknown-fields": true})),
            (Some(schema), true) => {
                let mut schema = schema.clone();
                preserve(&mut schema, 0);
                Some(schema)
            }
            (schema, false) => schema.cloned(),
        };
        if let (Some(parameters), Some(spec)) = (parameters, spec.as_object_mut()) {
            spec.insert("parameters".to_owned(), parameters);
        }
        Self(json!({"type": "object", "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
                "name": {"type": "string", "maxLength": 63},
            }},
            "spec": {"type": "object", "properties": spec},
            "status": {"x-kubernetes-preserve-unknown-fields": true},
        }}))
    }

    /// Sets what the schema has defaults for.
    pub(super) fn default(&self, constraint: &mut Value) {
        default(&self.0, constraint, 0);
    }

    /// What is wrong with a constraint: where, and what.
    pub(super) fn flaws(&self, constraint: &Value) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        check(&self.0, constraint, &mut Place::default(), &mut flaws);
        flaws
    }
}

/// Something that a schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// A JSON pointer.
    pub(super) at: String,
    pub(super) what: String,
    /// Whether only a field is too many.
    pub(super) is_unknown: bool,
}

/// What Gatekeeper says of `spec.match` of constraints and mutators.
fn match_schema() -> Value {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let name = json!({"type": "string", "pattern": r"^\*?[-:a-z0-9]*\*?$"});
    let names = json!({"type": "array", "items": name});
    let selector = json!({"type": "object", "properties": {
        "matchExpressions": {"type": "array", "items": {
            "type": "object",
            "properties": {"key": {"type": "string"}, "operator": {"type": "string"}, "values": texts},
            "required": ["key", "operator"],
        }},
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
    }});
    json!({"type": "object", "properties": {
        "excludedNamespaces": names,
        "kinds": {"type": "array", "items": {
            "type": "object", "properties": {"apiGroups": texts, "kinds": texts},
        }},
        "labelSelector": selector,
        "name": name,
        "namespaceSelector": selector,
        "namespaces": names,
        "scope": {"type": "string"},
        "source": {"type": "string", "enum": ["All", "Generated", "Original"]},
    }})
}

fn is_set(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool) == Some(true)
}

/// Schemas below a schema.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let items = schema.get("items").filter(|it| it.is_object());
    let additional = schema.get("additionalProperties").filter(|it| it.is_object());
    properties.into_iter().flat_map(Map::values).chain(items).chain(additional)
}

/// Lets objects have whatever fields, as templates before v1 do.
fn preserve(schema: &mut Value, depth: usize) {
    let is_object = schema.get("type").and_then(Value::as_str).is_none_or(|it| it == "object");
    let Some(fields) = schema.as_object_mut().filter(|_| depth < DEPTH) else { return };
    if is_object && !fields.contains_key("additionalProperties") {
        fields.insert("x-kubernetes-preserve-unknown-fields".to_owned(), true.into());
    }
    if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(|it| preserve(it, depth + 1));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(it) = fields.get_mut(key).filter(|it| it.is_object()) {
            preserve(it, depth + 1);
        }
    }
}

/// Where a schema does not say what it is about, as a structural schema must.
pub(super) fn first_without_type(schema: &Value, at: &str) -> Option<String> {
    fn look(schema: &Value, at: &str, depth: usize) -> Option<String> {
        let has_type = schema.get("type").and_then(Value::as_str).is_some_and(|it| !it.is_empty())
            || is_set(schema, "x-kubernetes-int-or-string")
            || is_set(schema, "x-kubernetes-preserve-unknown-fields");
        if !has_type || depth > DEPTH {
            return Some(at.to_owned());
        }
        if let Some(all) = schema.get("properties").and_then(Value::as_object)
            && let Some(found) = all
                .iter()
                .find_map(|(key, it)| look(it, &format!("{at}.properties[{key}]"), depth + 1))
        {
            return Some(found);
        }
        ["items", "additionalProperties"].into_iter().find_map(|key| {
            let it = schema.get(key).filter(|it| it.is_object())?;
            look(it, &format!("{at}.{key}"), depth + 1)
        })
    }
    look(schema, at, 0)
}

fn default(schema: &Value, value: &mut Value, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (key, schema) in properties.into_iter().flatten() {
                let is_null = fields.get(key).is_some_and(Value::is_null);
                if let Some(it) = schema.get("default")
                    && (!fields.contains_key(key) || (is_null && !is_set(schema, "nullable")))
                {
                    fields.insert(key.clone(), it.clone());
                }
                if let Some(it) = fields.get_mut(key) {
                    default(schema, it, depth + 1);
                }
            }
            if let Some(schema) = schema.get("additionalProperties").filter(|it| it.is_object()) {
                let is_known = |key: &str| properties.is_some_and(|it| it.contains_key(key));
                for (_, it) in fields.iter_mut().filter(|(key, _)| !is_known(key)) {
                    default(schema, it, depth + 1);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items").filter(|it| it.is_object()) {
                items.iter_mut().for_each(|it| default(schema, it, depth + 1));
            }
        }
        _ => {}
    }
}

/// Where a value is: as a pointer, and as the API server writes it.
#[derive(Default)]
struct Place {
    pointer: Vec<String>,
    path: String,
}

impl Place {
    fn within<T>(&mut self, key: &str, path: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.pointer.push(key.replace('~', "~0").replace('/', "~1"));
        self.path.push_str(path);
        let result = then(self);
        self.path.truncate(length);
        self.pointer.pop();
        result
    }

    fn flaw(&self, what: &str) -> Flaw {
        let at = self.pointer.iter().map(|it| format!("/{it}")).collect();
        let path = self.path.trim_start_matches('.');
        Flaw { at, what: format!("{path}: {what}"), is_unknown: false }
    }
}

fn check(schema: &Value, value: &Value, place: &mut Place, flaws: &mut Vec<Flaw>) {
    if place.pointer.len() > DEPTH {
        flaws.push(place.flaw("Invalid value: nested too deep"));
        return;
    }
    if value.is_null() && is_set(schema, "nullable") {
        return;
    }
    if let Some(wanted) = wrong_type(schema, value) {
        let of = type_of(value);
        let what = format!(
            "Invalid value: {:?}: {} in body must be of type {wanted}: {of:?}",
            of,
            place.path.trim_start_matches('.')
        );
        flaws.push(place.flaw(&what));
        return;
    }
    check_value(schema, value, place, flaws);
    match value {
        Value::Object(fields) => check_fields(schema, fields, place, flaws),
        Value::Array(items) => {
            if let Some(schema) = schema.get("items").filter(|it| it.is_object()) {
                for (at, it) in items.iter().enumerate() {
                    let path = format!("[{at}]");
                    place.within(&at.to_string(), &path, |place| check(schema, it, place, flaws));
                }
            }
        }
        _ => {}
    }
    check_combinations(schema, value, place, flaws);
}

fn check_fields(
    schema: &Value,
    fields: &Map<String, Value>,
    place: &mut Place,
    flaws: &mut Vec<Flaw>,
) {
    for key in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let Some(key) = key.as_str().filter(|key| !fields.contains_key(*key)) else { continue };
        let path = format!(".{key}");
        flaws.push(place.within(key, &path, |place| place.flaw("Required value")));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let additional = schema.get("additionalProperties");
    let is_open = is_set(schema, "x-kubernetes-preserve-unknown-fields")
        || additional.is_some_and(|it| it != &Value::Bool(false));
    for (key, it) in fields {
        let known = properties.and_then(|all| all.get(key));
        let schema = known.or(additional.filter(|it| it.is_object()));
        place.within(key, &format!(".{key}"), |place| match schema {
            Some(schema) => check(schema, it, place, flaws),
            None if is_open => {}
            None => {
                let path = place.path.trim_start_matches('.').to_owned();
                let what = format!("unknown fields: [{path}]");
                flaws.push(Flaw { is_unknown: true, what, ..place.flaw("") });
            }
        });
    }
}

/// The type that is wanted, if a value is of another.
fn wrong_type<'s>(schema: &'s Value, value: &Value) -> Option<&'s str> {
    if is_set(schema, "x-kubernetes-int-or-string") {
        let fits = value.is_string() || value.is_i64() || value.is_u64();
        return (!fits).then_some("integer,string");
    }
    let wanted = schema.get("type").and_then(Value::as_str).filter(|it| !it.is_empty())?;
    let fits = match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|it| it.fract() == 0.0),
        _ => true,
    };
    (!fits).then_some(wanted)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(it) if it.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn check_value(schema: &Value, value: &Value, place: &Place, flaws: &mut Vec<Flaw>) {
    let mut add = |what: String| flaws.push(place.flaw(&format!("Invalid value: {what}")));
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let length = |key: &str| schema.get(key).and_then(Value::as_u64);
    if let Some(all) = schema.get("enum").and_then(Value::as_array)
        && !all.contains(value)
    {
        let all: Vec<String> = all.iter().map(Value::to_string).collect();
        flaws.push(
            place
                .flaw(&format!("Unsupported value: {value}: supported values: {}", all.join(", "))),
        );
        return;
    }
    if let Some(it) = value.as_f64() {
        let (below, above) =
            (is_set(schema, "exclusiveMinimum"), is_set(schema, "exclusiveMaximum"));
        if number("minimum").is_some_and(|least| it < least || (below && it <= least)) {
            add(format!("{value}: should be greater than or equal to {}", schema["minimum"]));
        }
        if number("maximum").is_some_and(|most| it > most || (above && it >= most)) {
            add(format!("{value}: should be less than or equal to {}", schema["maximum"]));
        }
    }
    let count = match value {
        Value::String(it) => Some((it.chars().count(), "Length")),
        Value::Array(it) => Some((it.len(), "Items")),
        Value::Object(it) => Some((it.len(), "Properties")),
        _ => None,
    };
    if let Some((count, of)) = count {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if length(&format!("min{of}")).is_some_and(|least| count < least) {
            add(format!(
                "{value}: should have at least {} {}",
                schema[&format!("min{of}")],
                of.to_lowercase()
            ));
        }
        if length(&format!("max{of}")).is_some_and(|most| count > most) {
            add(format!(
                "{value}: should have at most {} {}",
                schema[&format!("max{of}")],
                of.to_lowercase()
            ));
        }
    }
    if let (Some(pattern), Some(text)) =
        (schema.get("pattern").and_then(Value::as_str), value.as_str())
        && cel::regex(pattern).is_ok_and(|it| !it.is_match(text))
    {
        add(format!("{value}: should match '{pattern}'"));
    }
}

fn check_combinations(schema: &Value, value: &Value, place: &mut Place, flaws: &mut Vec<Flaw>) {
    let mut fits = |schema: &Value| {
        let mut found = Vec::new();
        check(schema, value, place, &mut found);
        found.iter().all(|it| it.is_unknown)
    };
    let all = |key: &str| schema.get(key).and_then(Value::as_array);
    let mut wrong = Vec::new();
    if all("anyOf").is_some_and(|all| !all.iter().any(&mut fits)) {
        wrong.push("must validate at least one schema (anyOf)");
    }
    if all("oneOf").is_some_and(|all| all.iter().filter(|it| fits(it)).count() != 1) {
        wrong.push("must validate one and only one schema (oneOf)");
    }
    if all("allOf").is_some_and(|all| !all.iter().all(&mut fits)) {
        wrong.push("must validate all the schemas (allOf)");
    }
    if schema.get("not").is_some_and(&mut fits) {
        wrong.push("must not validate the schema (not)");
    }
    for what in wrong {
        let what = format!("Invalid value: {value}: {what}");
        flaws.push(place.flaw(&what));
    }
}

/// Whether a schema has rules in CEL, which only the API server looks at.
pub(super) fn has_rules(schema: &Value) -> bool {
    fn look(schema: &Value, depth: usize) -> bool {
        depth > DEPTH
            || schema.get("x-kubernetes-validations").is_some()
            || parts(schema).any(|it| look(it, depth + 1))
    }
    look(schema, 0)
}
