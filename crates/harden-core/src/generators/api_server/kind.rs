//! The configuration of a kind cluster: files of the machine in its nodes, and patches for kubeadm.

use serde_json::{Value, json};

use super::{Kind, Settings, kubeadm};

/// What `kind create cluster --config` takes.
///
/// The patch has no version, for which kind has two: it changes the flags of either as they are.
pub(super) fn text(settings: &Settings) -> String {
    let mounts: Vec<Value> = settings.mounts.iter().filter_map(mount).collect();
    let head = json!({
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "nodes": [{"role": "control-plane", "extraMounts": mounts}],
    });
    let patch = json!({
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": kubeadm::flag_map(settings),
            "extraVolumes": kubeadm::volumes(settings),
        },
    });
    let mut text = String::from(
        "# For kind create cluster --config FILE, in the folder that the paths after hostPath begin in;\n\
         # kind has no way of changing a cluster that is there.\n",
    );
    text.push_str(&harden_yaml::write(&head));
    text.push_str("  kubeadmConfigPatches:\n  - |\n");
    for line in harden_yaml::write(&patch).lines() {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What of the machine a node sees; logs stay inside of it.
fn mount(it: &super::Mount) -> Option<Value> {
    let name = it.path.rsplit('/').next().unwrap_or_default();
    let host = match it.kind {
        Kind::Logs => return None,
        // A socket has its place already.
        Kind::Socket => it.path.clone(),
        Kind::File | Kind::Folder => format!("./{name}"),
    };
    let is_read_only = it.kind.is_read_only();
    Some(json!({"hostPath": host, "containerPath": it.path, "readOnly": is_read_only}))
}
