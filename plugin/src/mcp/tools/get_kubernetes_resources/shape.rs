//! What of an object is told.

use harden_core::schema;
use harden_core::secrecy;
use serde_json::{Map, Value, json};

use crate::listing::Kind;

/// What of Events is told: their messages quote whatever failed, and related objects are not needed.
const OF_EVENTS: [&str; 16] = [
    "apiVersion",
    "kind",
    "metadata",
    "action",
    "count",
    "deprecatedCount",
    "deprecatedFirstTimestamp",
    "deprecatedLastTimestamp",
    "eventTime",
    "firstTimestamp",
    "involvedObject",
    "lastTimestamp",
    "reason",
    "regarding",
    "reportingController",
    "type",
];

/// What there is of every object.
const OF_ALL: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// An object as it is told: without status, and without what may be secret.
pub(in crate::mcp::tools) fn shaped(kind: &Kind, text: &str, is_metadata: bool) -> Value {
    let told = secrecy::told(text).and_then(|it| serde_json::from_str(&it).ok());
    let Some(Value::Object(mut fields)) = told else {
        // Nobody knows what of it is secret.
        return json!({
            "apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {}, "omitted": "it cannot be read"
        });
    };
    let is_built_in = schema::is_built_in(&kind.group, &kind.version, &kind.kind);
    let is_told = |name: &str| {
        if is_metadata {
            OF_ALL.contains(&name)
        } else if kind.kind == "Event" && matches!(&*kind.group, "" | "events.k8s.io") {
            OF_EVENTS.contains(&name)
        } else if is_built_in {
            name != "status"
        } else {
            OF_ALL.contains(&name) || name == "spec"
        }
    };
    fields.retain(|name, _| is_told(name));
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, _| !matches!(name.as_str(), "managedFields" | "selfLink"));
    }
    fields.into()
}

/// What is told of an object that no answer has room for.
pub(super) fn too_large(item: &Value, bytes: usize) -> Value {
    let mut short = Map::new();
    for field in ["apiVersion", "kind"] {
        short.insert(field.to_owned(), item.get(field).cloned().unwrap_or_default());
    }
    let mut metadata = Map::new();
    for field in ["name", "namespace", "uid"] {
        if let Some(value) = item.get("metadata").and_then(|it| it.get(field)) {
            metadata.insert(field.to_owned(), value.clone());
        }
    }
    short.insert("metadata".to_owned(), metadata.into());
    let omitted = format!("{bytes} bytes, more than --max-bytes allows for an answer");
    short.insert("omitted".to_owned(), omitted.into());
    short.into()
}
