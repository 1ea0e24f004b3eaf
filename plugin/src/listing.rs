//! What a cluster holds, kind by kind: read from the cluster itself, or from a snapshot of one.

mod reached;

pub(crate) use reached::Reached;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use harden_core::kubernetes::{GroupKind, MinorVersion};

/// Where objects come from, and when they were there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// What it is called: the context of the kubeconfig, or `in-cluster`.
    pub(crate) context: String,
    /// The version of the API server.
    pub(crate) version: MinorVersion,
    /// When it was read, in RFC 3339.
    pub(crate) time: String,
    /// How much of it was read.
    pub(crate) scope: Scope,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Cluster => f.write_str("all namespaces")?,
            Scope::Namespace(name) => write!(f, "namespace {name}")?,
        }
        write!(f, " of cluster {} (Kubernetes {})", self.context, self.version)
    }
}

impl Scope {
    /// The flag by which kubectl reads as much of a kind.
    fn flag(&self, kind: &Kind) -> String {
        match self {
            _ if !kind.is_namespaced => String::new(),
            Self::Cluster => " -A".to_owned(),
            Self::Namespace(name) => format!(" -n {name}"),
        }
    }
}

impl Origin {
    /// The command that lists the objects of a kind.
    pub(crate) fn command(&self, kind: &Kind) -> String {
        let context = match self.context.as_str() {
            "in-cluster" => String::new(),
            name => format!(" --context {}", quoted(name)),
        };
        let name = match &self.scope {
            Scope::Namespace(name) if kind.is("", "Namespace") => format!(" {name}"),
            _ => String::new(),
        };
        format!("kubectl get {}{name}{}{context} -o name", kind.resource(), self.scope.flag(kind))
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''")).into()
    }
}

/// How much of a cluster is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All namespaces, and what is in none.
    Cluster,
    /// One namespace.
    Namespace(String),
}

/// A kind of object, as an API server serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its API group; empty for the first one.
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    /// Its name in paths, e.g. `pods`.
    pub(crate) plural: String,
    pub(crate) is_namespaced: bool,
}

impl Kind {
    /// The `apiVersion` of its objects.
    #[cfg(feature = "live")]
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// What kubectl and RBAC call it: `pods`, `deployments.apps`.
    pub(crate) fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// Whether it is this kind.
    pub(crate) fn is_of(&self, kind: GroupKind) -> bool {
        kind.is(&self.group, &self.kind)
    }

    /// Whether it is this one of a group.
    pub(crate) fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

/// A part of what is read. Objects that say something for others come first, those that make others before
/// what they make, and Pods last.
#[derive(Debug)]
#[cfg_attr(not(feature = "live"), expect(dead_code, reason = "a snapshot says less"))]
pub(crate) enum Part {
    /// Some objects of a kind, each as JSON with its `apiVersion` and kind.
    Objects(Arc<Kind>, Vec<String>),
    /// There are no more of a kind.
    End(Arc<Kind>, End),
    /// What is served and was not read at all, and why.
    Unread(String, String),
    /// Nothing more is known of any kind that has not ended, and why.
    Cut(String),
    /// What a selector matches, and what made it; after all objects.
    Selected(HashSet<ObjectName>),
    /// The user did not want to wait for the rest; the last.
    Interrupted,
    /// The server does not take what is asked, and why.
    Invalid(String),
}

/// What is unread where ConfigMaps were read without their values.
pub(crate) const VALUES_OF_CONFIG_MAPS: &str = "values of configmaps";

/// What no other object of a cluster is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ObjectName {
    pub(crate) group: String,
    pub(crate) kind: String,
    /// Its namespace, if it is in one, and its name, joined by `/`.
    pub(crate) key: String,
}

/// How the reading of a kind ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// The version of the list, as the server says it; empty where nothing was read.
    pub(crate) resource_version: String,
    /// How many objects came.
    pub(crate) objects: usize,
    /// How many of them a selector matches; none where there is no selector, or it is not known.
    pub(crate) selected: Option<usize>,
    /// Why not all of them came; none where they did.
    pub(crate) lack: Option<String>,
    /// Whether none came because whoever asks may not read them.
    pub(crate) is_forbidden: bool,
}

/// The error where a cluster has no namespace of the name that is asked for.
#[derive(Debug)]
pub(crate) struct NoNamespace(pub(crate) String);

impl fmt::Display for NoNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoNamespace {}

/// What a cluster holds, part by part.
pub(crate) struct Listing {
    pub(crate) origin: Origin,
    pub(crate) parts: Box<dyn Iterator<Item = Part> + Send>,
}

/// The place of a kind in the order in which kinds are read.
pub(crate) fn rank(kind: &Kind) -> (u8, String) {
    let place = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => 0,
        ("", "LimitRange" | "ResourceQuota") => 1,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => 2,
        ("batch", "CronJob") => 5,
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") => 6,
        ("apps", "ReplicaSet") | ("", "ReplicationController") => 7,
        ("batch", "Job") => 8,
        ("", "Pod") => 9,
        (group, _) if group.contains('.') && !group.ends_with(".k8s.io") => 4,
        _ => 3,
    };
    (place, kind.resource())
}

/// Whether objects of a kind say something for those of others, so that they are known before any is judged.
pub(crate) fn speaks_for_others(kind: &Kind) -> bool {
    rank(kind).0 <= 2
}
