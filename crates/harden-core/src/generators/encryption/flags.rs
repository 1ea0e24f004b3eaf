//! What kube-apiserver needs to find the file: flags and mounts.

use serde_json::{Value, json};

use super::host_path::HostPath;
use super::provider::Kms;

/// The lines for a static pod, and a patch for kubeadm.
pub(super) fn write(path: &HostPath, reloads: bool, kms: Option<&Kms>) -> String {
    let mut flags = vec![("encryption-provider-config", path.to_string())];
    if reloads {
        flags.push(("encryption-provider-config-automatic-reload", "true".to_owned()));
    }
    let mut folders = vec![("encryption", path.folder(), true)];
    // Whoever connects to a socket writes to it.
    folders.extend(kms.and_then(Kms::folder).map(|it| ("kms", it, false)));
    let mut text = String::from(STATIC_POD);
    text.push_str(&harden_yaml::write(&static_pod(&flags, &folders)));
    text.push_str("---\n");
    text.push_str(KUBEADM);
    text.push_str(&harden_yaml::write(&kubeadm(&flags, &folders)));
    text
}

const STATIC_POD: &str = "\
# Without kubeadm: add these lines to /etc/kubernetes/manifests/kube-apiserver.yaml on every
# control-plane node, after the file was put there. The folder is mounted, not the file, so that a
# new file is seen without a new pod.
";

const KUBEADM: &str = "\
# With kubeadm: add this to the ClusterConfiguration, then on every control-plane node
# `kubeadm upgrade node` or `kubeadm init phase control-plane apiserver --config FILE`.
";

fn static_pod(flags: &[(&str, String)], folders: &[(&str, &str, bool)]) -> Value {
    let mut command = vec!["kube-apiserver".to_owned()];
    command.extend(flags.iter().map(|(name, value)| format!("--{name}={value}")));
    let mounts = folders.iter().map(|(name, folder, is_read_only)| {
        let mut mount = json!({"name": name, "mountPath": folder});
        if *is_read_only && let Some(fields) = mount.as_object_mut() {
            fields.insert("readOnly".to_owned(), true.into());
        }
        mount
    });
    let volumes = folders.iter().map(|(name, folder, _)| {
        json!({"name": name, "hostPath": {"path": folder, "type": "Directory"}})
    });
    json!({
        "spec": {
            "containers": [{
                "name": "kube-apiserver",
                "command": command,
                "volumeMounts": mounts.collect::<Vec<_>>(),
            }],
            "volumes": volumes.collect::<Vec<_>>(),
        },
    })
}

fn kubeadm(flags: &[(&str, String)], folders: &[(&str, &str, bool)]) -> Value {
    let arguments = flags.iter().map(|(name, value)| json!({"name": name, "value": value}));
    let volumes = folders.iter().map(|(name, folder, is_read_only)| {
        json!({
            "name": name,
            "hostPath": folder,
            "mountPath": folder,
            "readOnly": is_read_only,
            "pathType": "Directory",
        })
    });
    json!({
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": arguments.collect::<Vec<_>>(),
            "extraVolumes": volumes.collect::<Vec<_>>(),
        },
    })
}
