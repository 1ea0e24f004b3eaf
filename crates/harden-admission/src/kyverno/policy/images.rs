//! The images of pods, as variables have them: `images.containers.NAME.registry`.

use serde_json::{Map, Value};

use crate::Object;
use crate::kyverno::jmespath::{Failure, image};

/// The images of a pod or of what makes pods, by list and container; null for all else.
///
/// # Errors
///
/// A name is none, in Kyverno's words.
pub(super) fn infos(object: &Object) -> Result<Value, Failure> {
    let path = match object.kind() {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        "DaemonSet"
        | "Deployment"
        | "ReplicaSet"
        | "ReplicationController"
        | "StatefulSet"
        | "Job" => "/spec/template/spec",
        _ => return Ok(Value::Null),
    };
    let fail = |why: &str| Err(Failure::Error(why.to_owned()));
    let mut infos = Map::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let place = format!("{path}/{list}");
        let containers = match object.at(&place) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(containers)) => containers,
            Some(_) => return fail("invalid type"),
        };
        let mut images = Map::new();
        for (index, container) in containers.iter().enumerate() {
            if container.is_null() {
                continue;
            }
            let Some(container) = container.as_object() else {
                return fail("invalid image config");
            };
            let Some(name) = container.get("name").and_then(Value::as_str) else {
                return fail("invalid key");
            };
            let text = container.get("image").and_then(Value::as_str).unwrap_or_default();
            if text.trim().is_empty() {
                continue;
            }
            match image(text) {
                Ok(it) => {
                    let pointer = format!("{place}/{index}/image");
                    images.insert(name.to_owned(), it.value(&pointer));
                }
                Err(why) => {
                    return Err(Failure::Error(format!("invalid image '{text}' ({why})")));
                }
            }
        }
        if !images.is_empty() {
            infos.insert(list.to_owned(), images.into());
        }
    }
    Ok(if infos.is_empty() { Value::Null } else { infos.into() })
}
