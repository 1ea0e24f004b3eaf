//! Lines for the static pod of kube-apiserver, and for the ClusterConfiguration that kubeadm makes it from.

use serde_json::{Map, Value, json};

use super::Settings;
use crate::kubernetes::MinorVersion;

/// The first version whose kubeadm reads `v1beta4`, where flags are a list.
const V1BETA4: MinorVersion = MinorVersion(31);

/// Lines for the static pod, and another document with those for kubeadm.
pub(super) fn text(settings: &Settings, version: MinorVersion) -> String {
    let mut text = String::from(
        "# For /etc/kubernetes/manifests/kube-apiserver.yaml on every control plane node: add these lines\n\
         # to the lists of the same name there. The kubelet restarts the API server when the file changes.\n\
         # harden: ignore[untyped-object,host-path-volume,sensitive-host-path,writable-host-path]: the API server reads files of its node\n",
    );
    text.push_str(&harden_yaml::write(&static_pod(settings)));
    text.push_str("---\n");
    text.push_str(
        "# For clusters that kubeadm makes or upgrades: the same in its configuration. To change a running\n\
         # cluster, merge it into the ConfigMap kubeadm-config of kube-system, then run on every control\n\
         # plane node: kubeadm init phase control-plane apiserver --config FILE\n",
    );
    text.push_str(&harden_yaml::write(&cluster_configuration(settings, version)));
    text
}

fn static_pod(settings: &Settings) -> Value {
    let flags = settings.flags.iter().map(|(key, value)| format!("--{key}={value}"));
    let command: Vec<String> = ["kube-apiserver".to_owned()].into_iter().chain(flags).collect();
    let mounts: Vec<Value> = settings
        .mounts
        .iter()
        .map(
            |it| json!({"name": it.name, "mountPath": it.path, "readOnly": it.kind.is_read_only()}),
        )
        .collect();
    let volumes: Vec<Value> = settings
        .mounts
        .iter()
        .map(|it| json!({"name": it.name, "hostPath": {"path": it.path, "type": it.kind.name()}}))
        .collect();
    let container = json!({"name": "kube-apiserver", "command": command, "volumeMounts": mounts});
    json!({"spec": {"containers": [container], "volumes": volumes}})
}

fn cluster_configuration(settings: &Settings, version: MinorVersion) -> Value {
    let (api_version, flags) = if version >= V1BETA4 {
        let flags =
            settings.flags.iter().map(|(name, value)| json!({"name": name, "value": value}));
        ("kubeadm.k8s.io/v1beta4", Value::Array(flags.collect()))
    } else {
        ("kubeadm.k8s.io/v1beta3", Value::Object(flag_map(settings)))
    };
    json!({
        "apiVersion": api_version,
        "kind": "ClusterConfiguration",
        "apiServer": {"extraArgs": flags, "extraVolumes": volumes(settings)},
    })
}

/// Flags as `v1beta3` has them.
pub(super) fn flag_map(settings: &Settings) -> Map<String, Value> {
    settings.flags.iter().map(|(key, value)| ((*key).to_owned(), value.as_str().into())).collect()
}

/// Mounts as every version has them.
pub(super) fn volumes(settings: &Settings) -> Vec<Value> {
    let volumes = settings.mounts.iter().map(|it| {
        json!({
            "name": it.name,
            "hostPath": it.path,
            "mountPath": it.path,
            "readOnly": it.kind.is_read_only(),
            "pathType": it.kind.name(),
        })
    });
    volumes.collect()
}
