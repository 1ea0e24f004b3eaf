//! ExpansionTemplates: what would be made of an object, such as the Pod of a Deployment.

use serde_json::{Value, json};

use super::matching::{Namespace, Source};
use super::mutation::{ApplyTo, Mutators, Subject};
use super::template::Refused;
use crate::{Object, Verdict};

/// How deep what is made makes more.
const DEPTH: usize = 30;

/// ExpansionTemplates by name.
#[derive(Debug, Default)]
pub(super) struct Expansions(Vec<Expansion>);

#[derive(Debug)]
struct Expansion {
    name: String,
    apply_to: Vec<ApplyTo>,
    /// `spec.template`, in steps.
    source: Vec<String>,
    group: String,
    version: String,
    kind: String,
    action: Option<String>,
}

/// An object that would be made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) object: Object,
    /// The template that says so.
    pub(super) template: String,
    /// What follows of its violations, where the template says so.
    pub(super) action: Option<String>,
}

fn error(at: &str, message: String) -> Refused {
    Refused { verdict: Verdict::Error, at: at.to_owned(), message }
}

impl Expansions {
    pub(super) fn is(object: &Object) -> bool {
        object.is("expansion.gatekeeper.sh", "ExpansionTemplate")
    }

    /// Reads ExpansionTemplates, and says which Gatekeeper refuses.
    pub(super) fn read(objects: &[Object]) -> (Self, Vec<(Object, Refused)>) {
        let (mut all, mut refused) = (Vec::new(), Vec::new());
        for object in objects.iter().filter(|it| Self::is(it)) {
            match Expansion::read(object) {
                Ok(it) => all.push(it),
                Err(it) => refused.push((object.clone(), it)),
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        (Self(all), refused)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What would be made of an object, and of what is made; mutators change what is made.
    ///
    /// # Errors
    ///
    /// Gatekeeper has one, in its words.
    pub(super) fn expand(
        &self,
        object: &Object,
        namespace: Namespace<'_>,
        mutators: &Mutators,
    ) -> Result<Vec<Made>, String> {
        let mut made = Vec::new();
        self.expand_into(object, namespace, mutators, 0, &mut made)?;
        Ok(made)
    }

    fn expand_into(
        &self,
        object: &Object,
        namespace: Namespace<'_>,
        mutators: &Mutators,
        depth: usize,
        into: &mut Vec<Made>,
    ) -> Result<(), String> {
        if depth >= DEPTH {
            return Err(format!("maximum recursion depth of {DEPTH} reached"));
        }
        let is_for = |it: &&Expansion| {
            it.apply_to.iter().any(|it| it.is_for(object.group(), object.version(), object.kind()))
        };
        let mut made = Vec::new();
        for it in self.0.iter().filter(is_for) {
            let object = it.make(object, namespace)?;
            let subject =
                Subject { object: &object, namespace, operation: None, source: Source::Generated };
            let outcome = mutators.apply(&subject);
            if let Some(message) = outcome.failure {
                return Err(format!(
                    "failed to mutate resultant resource {}: {message}",
                    object.name()
                ));
            }
            made.push(Made {
                object: outcome.object.unwrap_or(object),
                template: it.name.clone(),
                action: it.action.clone(),
            });
        }
        for it in &made {
            self.expand_into(&it.object, namespace, mutators, depth + 1, into)?;
        }
        into.extend(made);
        Ok(())
    }
}

impl Expansion {
    fn read(object: &Object) -> Result<Self, Refused> {
        let text = |pointer: &str| {
            object.at(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let name = object.name();
        if name.is_empty() {
            return Err(error("/metadata", "ExpansionTemplate has empty name field".to_owned()));
        }
        if name.len() >= 64 {
            let what = "ExpansionTemplate name must be less than 64 characters".to_owned();
            return Err(error("/metadata/name", what));
        }
        let source = text("/spec/templateSource");
        if source.is_empty() {
            let what = format!("ExpansionTemplate {name} has empty source field");
            return Err(error("/spec/templateSource", what));
        }
        let [group, version, kind] =
            ["group", "version", "kind"].map(|it| text(&format!("/spec/generatedGVK/{it}")));
        if group.is_empty() && version.is_empty() && kind.is_empty() {
            let what = format!("ExpansionTemplate {name} has empty generatedGVK field");
            return Err(error("/spec/generatedGVK", what));
        }
        let apply_to = object.at("/spec/applyTo").and_then(Value::as_array);
        let apply_to: Vec<ApplyTo> = apply_to.into_iter().flatten().map(ApplyTo::read).collect();
        if apply_to.is_empty() {
            let what = format!("ExpansionTemplate {name} must specify ApplyTo");
            return Err(error("/spec/applyTo", what));
        }
        if apply_to.iter().any(|it| it.is_for(&group, &version, &kind)) {
            let what = format!(
                "ExpansionTemplate {name} generates GVK {group}/{version}, Kind={kind}, but also applies to \
                 that same GVK"
            );
            return Err(error("/spec/applyTo", what));
        }
        let action = Some(text("/spec/enforcementAction")).filter(|it| !it.is_empty());
        let source = source.split('.').map(str::to_owned).collect();
        Ok(Self { name: name.to_owned(), apply_to, source, group, version, kind, action })
    }

    fn make(&self, of: &Object, namespace: Namespace<'_>) -> Result<Object, String> {
        let source = self.source.iter().try_fold(of.json(), |it, key| it.get(key));
        let path = self.source.join(".");
        let Some(source) = source else {
            return Err(format!("could not find source field {path:?} in resource {}", of.name()));
        };
        let Some(mut fields) = source.as_object().cloned() else {
            return Err("could not extract source field from unstructured: the field is no object"
                .to_owned());
        };
        let api_version = match self.group.as_str() {
            "" => self.version.clone(),
            group => format!("{group}/{}", self.version),
        };
        fields.insert("apiVersion".to_owned(), api_version.into());
        fields.insert("kind".to_owned(), self.kind.as_str().into());
        let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
        if !metadata.is_object() {
            *metadata = json!({});
        }
        if let Some(metadata) = metadata.as_object_mut() {
            let namespace = match namespace {
                Namespace::Known(it) | Namespace::Unknown(it) => it.name(),
                Namespace::None | Namespace::Missing => of.namespace(),
            };
            if !namespace.is_empty() {
                metadata.insert("namespace".to_owned(), namespace.into());
            }
            let separator = if self.kind.is_empty() { "" } else { "-" };
            let name = format!("{}{separator}{}", of.name(), self.kind).to_lowercase();
            metadata.insert("name".to_owned(), name.into());
            add_owner(metadata, of);
        }
        Ok(Object::new(Value::Object(fields)))
    }
}

fn add_owner(metadata: &mut serde_json::Map<String, Value>, of: &Object) {
    let text = |key: &str| of.json().get(key).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind, name) = (text("apiVersion"), text("kind"), of.name());
    if api_version.is_empty() || kind.is_empty() || name.is_empty() {
        return;
    }
    let owners = metadata.entry("ownerReferences").or_insert_with(|| json!([]));
    let Some(owners) = owners.as_array_mut() else { return };
    let is =
        |it: &Value| it["apiVersion"] == api_version && it["kind"] == kind && it["name"] == name;
    if !owners.iter().any(is) {
        owners.push(json!({"apiVersion": api_version, "kind": kind, "name": name, "uid": ""}));
    }
}
