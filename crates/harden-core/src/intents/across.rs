//! What an intent demands of an object beside others of the cluster.

use serde_json::Value;

use super::cel::quoted;
use crate::kubernetes::Kind;

/// What an object must be like beside others of the cluster.
///
/// Each engine has its own words for it, which see the others in the same way: `others` are the objects of the kind,
/// without the object itself where it is of the kind, too.
#[derive(Debug)]
pub struct Across {
    /// The kind of the others.
    pub reads: Kind,
    /// Which of them are looked at.
    pub within: Within,
    /// What is said where it is not so, in one line.
    pub message: &'static str,
    /// What has to be true, in CEL over `object` and `variables.others`.
    pub expression: &'static str,
    /// What a ClusterPolicy's rule says at `validate`, in JMESPath over `request.object` and `others`.
    pub validate: fn() -> Value,
    /// Rego, version 1, that defines `is_at_fault` over `input.review.object` and `others`.
    pub rego: &'static str,
}

/// Where the others are that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Anywhere in the cluster.
    Cluster,
    /// In the namespace of the object.
    Namespace,
}

impl Across {
    /// The others, in CEL of Kyverno.
    pub(super) fn listed(&self) -> String {
        let (version, plural) = (quoted(&self.reads.api_version()), quoted(self.reads.plural));
        match self.within {
            Within::Cluster => format!(
                "resource.List({version}, {plural}, '').items.filter(o, o.metadata.namespace != \
                 object.metadata.namespace || o.metadata.name != object.metadata.?name.orValue(''))"
            ),
            Within::Namespace => {
                format!("resource.List({version}, {plural}, object.metadata.namespace).items")
            }
        }
    }
}
