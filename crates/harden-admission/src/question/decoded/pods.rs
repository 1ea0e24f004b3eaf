//! Defaults of pods, and of templates of pods.

use serde_json::{Map, Value, json};

use super::{containers, each, made, map, set, text};

/// Completes the spec of a pod or of a template of pods.
pub(super) fn complete_spec(spec: &mut Map<String, Value>) {
    set(spec, "restartPolicy", "Always");
    set(spec, "terminationGracePeriodSeconds", 30);
    set(spec, "dnsPolicy", "ClusterFirst");
    made(spec, "securityContext");
    set(spec, "schedulerName", "default-scheduler");
    for (own, other) in
        [("serviceAccountName", "serviceAccount"), ("serviceAccount", "serviceAccountName")]
    {
        if let Some(name) = spec.get(own).cloned() {
            set(spec, other, name);
        }
    }
    for key in ["initContainers", "containers", "ephemeralContainers"] {
        for container in each(spec, key) {
            containers::complete(container);
        }
    }
    each(spec, "volumes").for_each(complete_volume);
}

/// Completes the spec of a Pod itself, which knows more than templates do.
pub(super) fn complete_pod(spec: &mut Map<String, Value>) {
    complete_spec(spec);
    set(spec, "enableServiceLinks", true);
    let is_of_host = spec.get("hostNetwork").and_then(Value::as_bool) == Some(true);
    for key in ["initContainers", "containers"] {
        for port in each(spec, key).flat_map(|it| each(it, "ports")).filter(|_| is_of_host) {
            if let Some(number) = port.get("containerPort").cloned() {
                set(port, "hostPort", number);
            }
        }
        for resources in each(spec, key).filter_map(|it| map(it, "resources")) {
            let Some(limits) = map(resources, "limits").map(|it| it.clone()) else { continue };
            if let Some(requests) = made(resources, "requests") {
                limits.into_iter().for_each(|(name, amount)| set(requests, &name, amount));
            }
        }
    }
}

fn complete_volume(volume: &mut Map<String, Value>) {
    const MODE: i64 = 0o644;
    if volume.len() == 1 && volume.contains_key("name") {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
    for key in ["configMap", "downwardAPI", "projected", "secret"] {
        if let Some(source) = map(volume, key) {
            set(source, "defaultMode", MODE);
        }
    }
    if let Some(path) = map(volume, "hostPath") {
        set(path, "type", "");
    }
    if let Some(downward) = map(volume, "downwardAPI") {
        complete_fields(downward);
    }
    if let Some(projected) = map(volume, "projected") {
        for source in each(projected, "sources") {
            if let Some(downward) = map(source, "downwardAPI") {
                complete_fields(downward);
            }
            if let Some(token) = map(source, "serviceAccountToken") {
                set(token, "expirationSeconds", 3600);
            }
        }
    }
}

fn complete_fields(downward: &mut Map<String, Value>) {
    for field in each(downward, "items").filter_map(|it| map(it, "fieldRef")) {
        set(field, "apiVersion", "v1");
    }
}

/// What an API server's own admission plugins add to a Pod that is created, before they ask policies: its account
/// with a token, its priority, and for how long it bears nodes that do not answer.
pub(in super::super) fn admit(spec: &mut Map<String, Value>, mounts_token: bool) {
    const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
    set(spec, "serviceAccountName", "default");
    let account = text(spec, "serviceAccountName").to_owned();
    set(spec, "serviceAccount", account);
    set(spec, "priority", 0);
    set(spec, "preemptionPolicy", "PreemptLowerPriority");
    let automount = spec.get("automountServiceAccountToken").and_then(Value::as_bool);
    if automount.unwrap_or(mounts_token) {
        // The server makes the end of the name by chance.
        let name = "kube-api-access-xxxxx";
        let has_mount = |it: &Value| it.get("mountPath").and_then(Value::as_str) == Some(TOKEN);
        let mut is_mounted = false;
        for key in ["initContainers", "containers"] {
            for container in each(spec, key) {
                let mounts = container.entry("volumeMounts").or_insert_with(|| json!([]));
                let Some(mounts) = mounts.as_array_mut() else { continue };
                if !mounts.iter().any(has_mount) {
                    mounts.push(json!({"name": name, "readOnly": true, "mountPath": TOKEN}));
                    is_mounted = true;
                }
            }
        }
        let volumes = spec.entry("volumes").or_insert_with(|| json!([]));
        if let Some(volumes) = volumes.as_array_mut().filter(|_| is_mounted) {
            volumes.push(json!({"name": name, "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [{"path": "namespace",
                    "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
            ]}}));
        }
    }
    let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
    let Some(tolerations) = tolerations.as_array_mut() else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let is_borne = |it: &Value| {
            let is = |name: &str, values: [&str; 2]| {
                let value = it.get(name).and_then(Value::as_str).unwrap_or_default();
                values.contains(&value)
            };
            is("key", [key, ""]) && is("effect", ["NoExecute", ""])
        };
        if !tolerations.iter().any(is_borne) {
            let toleration = json!({"key": key, "operator": "Exists", "effect": "NoExecute",
                "tolerationSeconds": 300});
            tolerations.push(toleration);
        }
    }
}
