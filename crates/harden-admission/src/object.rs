//! Objects of the API, converted once for all policies that judge them.

mod sent;
mod written;

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::{cel, gatekeeper};

/// An object. Copies share everything.
#[derive(Debug, Clone)]
pub struct Object(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    json: Value,
    cel: OnceLock<cel::Value>,
    rego: OnceLock<regorus::Value>,
}

impl Object {
    /// An object of what the API server decodes.
    pub fn new(json: Value) -> Self {
        Self(Arc::new(Inner { json, cel: OnceLock::new(), rego: OnceLock::new() }))
    }

    /// The whole object.
    pub fn json(&self) -> &Value {
        &self.0.json
    }

    /// The whole object for expressions.
    pub fn cel(&self) -> &cel::Value {
        self.0.cel.get_or_init(|| cel::Value::from_json(&self.0.json))
    }

    /// The whole object for Rego.
    pub(crate) fn rego(&self) -> &regorus::Value {
        self.0.rego.get_or_init(|| gatekeeper::from_json(&self.0.json))
    }

    /// The JSON of an object; a copy where somebody else has the object too.
    pub(crate) fn into_json(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(it) => it.json,
            Err(shared) => shared.json.clone(),
        }
    }

    /// What is at a JSON pointer, such as `/spec/replicas`.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.json.pointer(pointer)
    }

    /// The text at a key of the object; empty where there is none.
    fn text(&self, key: &str) -> &str {
        self.0.json.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn metadata(&self, key: &str) -> Option<&Value> {
        self.0.json.get("metadata")?.get(key)
    }

    /// Its API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.text("apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    /// Its version in the group.
    pub fn version(&self) -> &str {
        let api_version = self.text("apiVersion");
        api_version.split_once('/').map_or(api_version, |(_, version)| version)
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        self.text("kind")
    }

    /// Its name; empty where it has none.
    pub fn name(&self) -> &str {
        self.metadata("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its namespace; empty where it has none.
    pub fn namespace(&self) -> &str {
        self.metadata("namespace").and_then(Value::as_str).unwrap_or_default()
    }

    /// The text of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.metadata("labels")?.get(key)?.as_str()
    }

    /// Whether it is of this group and kind, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }
}
