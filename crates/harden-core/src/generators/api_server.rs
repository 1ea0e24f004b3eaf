//! How kube-apiserver is told to read a file: its flags, the mounts of its static pod, and the same
//! for kubeadm and for platforms with a form of their own.

mod distribution;
mod kind;
mod kubeadm;

use super::File;
use crate::kubernetes::MinorVersion;
use crate::platform::Told;

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

impl Settings {
    /// What tells a server of them: lines for the static pod and for kubeadm, or the form of the platform.
    pub(super) fn to_file(&self, name: &str, version: MinorVersion, told: Option<Told>) -> File {
        let text = match told {
            None | Some(Told::StaticPod) => kubeadm::text(self, version),
            Some(Told::Kind) => kind::text(self),
            Some(Told::Distribution { distribution, key }) => {
                distribution::text(self, distribution, key)
            }
        };
        File::new(name, text)
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
