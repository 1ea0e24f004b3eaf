//! Kinds of object, whatever their version.

use std::fmt;

/// A kind of object in any version of its API group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind, e.g. `NetworkPolicy`, or [`GroupKind::ANY`].
    pub kind: &'static str,
}

impl GroupKind {
    /// Stands for every kind of a group, where others make its kinds.
    pub const ANY: &'static str = "*";
    /// `LimitRange`.
    pub const LIMIT_RANGE: Self = Self::new("", "LimitRange");
    /// `Namespace`.
    pub const NAMESPACE: Self = Self::new("", "Namespace");
    /// `ResourceQuota`.
    pub const RESOURCE_QUOTA: Self = Self::new("", "ResourceQuota");
    /// `ServiceAccount`.
    pub const SERVICE_ACCOUNT: Self = Self::new("", "ServiceAccount");

    /// This kind of this group.
    pub const fn new(group: &'static str, kind: &'static str) -> Self {
        Self { group, kind }
    }

    /// Whether it is this kind of this group, or one that it stands for.
    pub fn is(self, group: &str, kind: &str) -> bool {
        (self.kind == kind || self.kind == Self::ANY) && self.group == group
    }
}

impl fmt::Display for GroupKind {
    /// `NetworkPolicy.networking.k8s.io`, as Kubernetes writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}
