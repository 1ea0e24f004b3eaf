//! What an object is called, and where it is.

use std::fmt;

use harden_yaml::Pointer;

/// What an object is called, and where it is in its document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectReference {
    /// `apiVersion` as it is written.
    pub api_version: String,
    /// `kind` as it is written.
    pub kind: String,
    /// Its namespace; empty where none is written.
    pub namespace: String,
    /// Its name, or its `generateName`; empty where neither is written.
    pub name: String,
    /// The way to it from the root of its document: empty, unless it is in a List.
    pub pointer: Pointer,
    /// What a cluster calls it apart from all others, ever; empty where none is written.
    pub uid: String,
}

impl fmt::Display for ObjectReference {
    /// `Deployment team-a/web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        if self.namespace.is_empty() {
            write!(f, "{} {name}", self.kind)
        } else {
            write!(f, "{} {}/{name}", self.kind, self.namespace)
        }
    }
}
