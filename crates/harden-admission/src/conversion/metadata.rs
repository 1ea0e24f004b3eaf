//! The names, labels and annotations that a policy keeps.

use serde_json::{Map, Value};

use crate::Object;

/// Those of a policy, but for what tells Kyverno of autogen and what clients write for themselves.
pub(super) fn metadata(policy: &Object, suffix: &str) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), format!("{}{suffix}", policy.name()).into());
    for key in ["labels", "annotations"] {
        let Some(Value::Object(map)) = policy.at(&format!("/metadata/{key}")) else { continue };
        let is_kept = |it: &str| {
            !it.starts_with("pod-policies.kyverno.io/")
                && it != "kubectl.kubernetes.io/last-applied-configuration"
        };
        let kept = map.iter().filter(|(key, _)| is_kept(key));
        let map: Map<String, Value> = kept.map(|(key, it)| (key.clone(), it.clone())).collect();
        if !map.is_empty() {
            metadata.insert(key.to_owned(), map.into());
        }
    }
    metadata.into()
}

/// Sets a field of an object; anything else has none.
pub(super) fn set(of: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(map) = of.as_object_mut() {
        map.insert(key.to_owned(), value.into());
    }
}
