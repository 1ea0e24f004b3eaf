//! What generators make, read into Kubernetes' own types.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{LimitRange, Namespace, ResourceQuota, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use k8s_openapi::api::storagemigration::v1::StorageVersionMigration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads every built-in object of a text into its type, and returns the kinds of those.
///
/// # Panics
///
/// When a kind has no type here, or its type has not all that is in the object.
pub(crate) fn read_all(text: &str) -> BTreeSet<String> {
    let documents = harden_yaml::parse(text);
    let objects = documents.iter().filter_map(harden_yaml::Document::to_json);
    let objects = objects.filter_map(|it| serde_json::from_str::<Value>(&it).ok());
    objects.filter_map(|it| read(&it)).collect()
}

fn read(object: &Value) -> Option<String> {
    let version = object.get("apiVersion")?.as_str()?;
    let kind = object.get("kind")?.as_str()?;
    if version.starts_with("external-secrets.io/") {
        return None;
    }
    let written = match (version, kind) {
        ("v1", "LimitRange") => back_and_forth::<LimitRange>(object),
        ("v1", "Namespace") => back_and_forth::<Namespace>(object),
        ("v1", "ResourceQuota") => back_and_forth::<ResourceQuota>(object),
        ("v1", "ServiceAccount") => back_and_forth::<ServiceAccount>(object),
        ("networking.k8s.io/v1", "NetworkPolicy") => back_and_forth::<NetworkPolicy>(object),
        ("rbac.authorization.k8s.io/v1", "ClusterRole") => back_and_forth::<ClusterRole>(object),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding") => {
            back_and_forth::<ClusterRoleBinding>(object)
        }
        ("rbac.authorization.k8s.io/v1", "Role") => back_and_forth::<Role>(object),
        ("rbac.authorization.k8s.io/v1", "RoleBinding") => back_and_forth::<RoleBinding>(object),
        ("storagemigration.k8s.io/v1", "StorageVersionMigration") => {
            back_and_forth::<StorageVersionMigration>(object)
        }
        _ => panic!("{version} {kind} has no type"),
    };
    let lost = lost("", object, &written);
    assert_eq!(lost, [""; 0], "{kind} does not have all of {object:#}");
    Some(kind.to_owned())
}

fn back_and_forth<T: DeserializeOwned + Serialize>(object: &Value) -> Value {
    let read: T = serde_json::from_value(object.clone()).unwrap_or_else(|error| {
        panic!("{error}: {object:#}");
    });
    serde_json::to_value(read).unwrap()
}

/// The fields whose values are not in what was written back.
fn lost(path: &str, before: &Value, after: &Value) -> Vec<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before
            .iter()
            .flat_map(|(key, it)| {
                lost(&format!("{path}.{key}"), it, after.get(key).unwrap_or(&Value::Null))
            })
            .collect(),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let pairs = before.iter().zip(after).enumerate();
            pairs
                .flat_map(|(at, (one, other))| lost(&format!("{path}[{at}]"), one, other))
                .collect()
        }
        _ if before == after => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

#[test]
fn a_field_that_a_type_does_not_have_is_lost() {
    let object = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "a", "label": {"a": "b"}},
        "spec": {"finalizers": ["kubernetes"], "more": [1]},
    });
    let written = back_and_forth::<Namespace>(&object);
    assert_eq!(lost("", &object, &written), [".metadata.label", ".spec.more"]);
}
