//! What an API server makes of a manifest before any policy sees it: values that say nothing are dropped, and
//! defaults are set. Kinds that Kubernetes does not know itself stay as they are.

mod containers;
mod empty;
mod kinds;
mod pods;
mod quantities;

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value, json};

use crate::{Cluster, Object};

/// Makes of an object of Kubernetes what its API server decodes.
pub(super) fn decode(object: &mut Value, version: MinorVersion) {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion").to_owned(), text("kind").to_owned());
    if !is_own(&api_version) {
        return;
    }
    empty::drop_empty(object);
    quantities::write(object);
    kinds::set_defaults(object, &api_version, &kind, version);
}

/// Makes of an object that is created what an API server's own plugins make of it before they ask policies.
pub(super) fn admit(object: Object, cluster: &Cluster) -> Object {
    if object.at("/apiVersion") != Some(&Value::from("v1")) {
        return object;
    }
    match object.kind() {
        "Pod" => {}
        "PersistentVolumeClaim" => return protected(&object, "kubernetes.io/pvc-protection"),
        "PersistentVolume" => return protected(&object, "kubernetes.io/pv-protection"),
        _ => return object,
    }
    let account = object.at("/spec/serviceAccountName").and_then(Value::as_str);
    let account =
        cluster.get("", "ServiceAccount", object.namespace(), account.unwrap_or("default"));
    let automount = account.and_then(|it| it.at("/automountServiceAccountToken")?.as_bool());
    let mut json = object.json().clone();
    if let Some(spec) = json.get_mut("spec").and_then(Value::as_object_mut) {
        pods::admit(spec, automount.unwrap_or(true));
    }
    Object::new(json)
}

/// An object that is not deleted while something uses it.
fn protected(object: &Object, finalizer: &str) -> Object {
    let mut json = object.json().clone();
    let metadata = json.as_object_mut().and_then(|it| made(it, "metadata"));
    let finalizers = metadata.map(|it| it.entry("finalizers").or_insert_with(|| json!([])));
    if let Some(finalizers) = finalizers.and_then(Value::as_array_mut)
        && !finalizers.iter().any(|it| it == finalizer)
    {
        finalizers.push(finalizer.into());
    }
    Object::new(json)
}

/// Whether Kubernetes itself knows the kinds of an API version.
fn is_own(api_version: &str) -> bool {
    const OWN: [&str; 12] = [
        "v1",
        "admissionregistration.k8s.io/v1",
        "apps/v1",
        "autoscaling/v1",
        "autoscaling/v2",
        "batch/v1",
        "coordination.k8s.io/v1",
        "networking.k8s.io/v1",
        "policy/v1",
        "rbac.authorization.k8s.io/v1",
        "scheduling.k8s.io/v1",
        "storage.k8s.io/v1",
    ];
    OWN.contains(&api_version)
}

/// Sets a field where there is none, or an empty text.
fn set(fields: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    if fields.get(key).is_none_or(|it| it.as_str() == Some("")) {
        fields.insert(key.to_owned(), value.into());
    }
}

/// The map at a key, if there is one.
fn map<'v>(fields: &'v mut Map<String, Value>, key: &str) -> Option<&'v mut Map<String, Value>> {
    fields.get_mut(key)?.as_object_mut()
}

/// The map at a key, made where there is nothing.
fn made<'v>(fields: &'v mut Map<String, Value>, key: &str) -> Option<&'v mut Map<String, Value>> {
    fields.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// The maps in the list at a key.
fn each<'v>(
    fields: &'v mut Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'v mut Map<String, Value>> {
    let items = fields.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
    items.filter_map(Value::as_object_mut)
}

/// The text at a key; empty where there is none.
fn text<'v>(fields: &'v Map<String, Value>, key: &str) -> &'v str {
    fields.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_completed_as_the_server_completes_them() {
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {}},
            "spec": {"hostNetwork": false, "hostPID": true, "nodeName": "", "volumes": [{"name": "v"}],
                "containers": [{"name": "b", "image": "c", "env": [{"name": "D", "value": ""}],
                    "securityContext": {"privileged": false}, "ports": [{"containerPort": 80}]}]}});
        decode(&mut pod, MinorVersion::NEWEST_KNOWN);
        let expected = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {
            "hostPID": true, "volumes": [{"name": "v", "emptyDir": {}}],
            "containers": [{"name": "b", "image": "c", "env": [{"name": "D"}],
                "securityContext": {"privileged": false}, "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {}, "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File", "imagePullPolicy": "Always"}],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "securityContext": {}, "schedulerName": "default-scheduler", "enableServiceLinks": true},
            "status": {}});
        assert_eq!(pod, expected);
    }

    #[test]
    fn custom_objects_stay_as_they_are() {
        let before =
            json!({"apiVersion": "example.com/v1", "kind": "Pod", "spec": {"a": false, "b": null}});
        let mut after = before.clone();
        decode(&mut after, MinorVersion::NEWEST_KNOWN);
        assert_eq!(after, before);
    }
}
