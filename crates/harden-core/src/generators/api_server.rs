//! How kube-apiserver is told to read a file: its flags, the mounts of its static pod, and the same
//! for kubeadm.

use serde_json::{Map, Value, json};

use super::File;
use crate::kubernetes::MinorVersion;

/// What a static pod of kube-apiserver needs to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Flags without their dashes, in the order in which they are shown.
    pub(super) flags: Vec<(&'static str, String)>,
    /// What it reads and writes on its node.
    pub(super) mounts: Vec<Mount>,
}

/// A path of the node, which has the same name inside the pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The name of the volume.
    pub(super) name: &'static str,
    /// The path.
    pub(super) path: String,
    /// What is there.
    pub(super) kind: Kind,
}

/// What is at a path of the node, and what the server does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file, which it reads.
    File,
    /// A folder with a file that may be replaced while it runs: a mounted file stays the old one.
    Folder,
    /// A folder with a socket; whoever connects to a socket writes to it.
    Socket,
    /// A folder that it writes to, and that is made if need be.
    Logs,
}

/// The first version whose kubeadm reads `v1beta4`, where flags are a list.
const V1BETA4: MinorVersion = MinorVersion(31);

impl Settings {
    /// A file with the lines for the static pod, and another document with those for kubeadm.
    pub(super) fn to_file(&self, name: &str, version: MinorVersion) -> File {
        let mut text = String::from(
            "# For /etc/kubernetes/manifests/kube-apiserver.yaml on every control plane node: add these lines\n\
             # to the lists of the same name there. The kubelet restarts the API server when the file changes.\n\
             # harden: ignore[untyped-object,host-path-volume,sensitive-host-path,writable-host-path]: the API server reads files of its node\n",
        );
        text.push_str(&harden_yaml::write(&self.static_pod()));
        text.push_str("---\n");
        text.push_str(
            "# For clusters that kubeadm makes or upgrades: the same in its configuration. To change a running\n\
             # cluster, merge it into the ConfigMap kubeadm-config of kube-system, then run on every control\n\
             # plane node: kubeadm init phase control-plane apiserver --config FILE\n",
        );
        text.push_str(&harden_yaml::write(&self.kubeadm(version)));
        File::new(name, text)
    }

    fn static_pod(&self) -> Value {
        let flags = self.flags.iter().map(|(key, value)| format!("--{key}={value}"));
        let command: Vec<String> = ["kube-apiserver".to_owned()].into_iter().chain(flags).collect();
        let mounts: Vec<Value> = self
            .mounts
            .iter()
            .map(|it| json!({"name": it.name, "mountPath": it.path, "readOnly": it.kind.is_read_only()}))
            .collect();
        let volumes: Vec<Value> = self
            .mounts
            .iter()
            .map(|it| json!({"name": it.name, "hostPath": {"path": it.path, "type": it.kind.name()}}))
            .collect();
        let container =
            json!({"name": "kube-apiserver", "command": command, "volumeMounts": mounts});
        json!({"spec": {"containers": [container], "volumes": volumes}})
    }

    fn kubeadm(&self, version: MinorVersion) -> Value {
        let (api_version, flags) = if version >= V1BETA4 {
            let flags =
                self.flags.iter().map(|(name, value)| json!({"name": name, "value": value}));
            ("kubeadm.k8s.io/v1beta4", Value::Array(flags.collect()))
        } else {
            let flags =
                self.flags.iter().map(|(key, value)| ((*key).to_owned(), value.as_str().into()));
            ("kubeadm.k8s.io/v1beta3", Value::Object(flags.collect::<Map<_, _>>()))
        };
        let volumes: Vec<Value> = self
            .mounts
            .iter()
            .map(|it| {
                json!({
                    "name": it.name,
                    "hostPath": it.path,
                    "mountPath": it.path,
                    "readOnly": it.kind.is_read_only(),
                    "pathType": it.kind.name(),
                })
            })
            .collect();
        json!({
            "apiVersion": api_version,
            "kind": "ClusterConfiguration",
            "apiServer": {"extraArgs": flags, "extraVolumes": volumes},
        })
    }
}

impl Kind {
    /// As hostPath volumes call it.
    fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Folder | Self::Socket => "Directory",
            Self::Logs => "DirectoryOrCreate",
        }
    }

    fn is_read_only(self) -> bool {
        matches!(self, Self::File | Self::Folder)
    }
}
