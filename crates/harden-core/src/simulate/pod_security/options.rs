//! The configuration of the API server that is asked.

use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::{Policy, Standard, Version};

/// How the API server that is asked is configured, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What is enforced in namespaces that are not in the input, or have no label for Pod Security
    /// there.
    pub standard: Standard,
    /// The server's own version, which bounds what `latest` and every pinned version mean.
    pub server: MinorVersion,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// What the server's PodSecurityConfiguration defaults to where labels leave something open.
    pub defaults: Policy,
    /// Whom the server lets off.
    pub exemptions: Exemptions,
    /// Who asks.
    pub username: Option<String>,
}

impl Default for Options {
    /// The newest server that is known, enforcing restricted.
    fn default() -> Self {
        Self {
            standard: Standard { level: Level::Restricted, version: Version::Latest },
            server: MinorVersion::NEWEST_KNOWN,
            namespace: "default".to_owned(),
            defaults: Policy::PRIVILEGED,
            exemptions: Exemptions::default(),
            username: None,
        }
    }
}

/// Whom Pod Security lets off; names are compared exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exemptions {
    /// Namespaces.
    pub namespaces: Vec<String>,
    /// Users, for what they create themselves.
    pub usernames: Vec<String>,
    /// Runtime classes.
    pub runtime_classes: Vec<String>,
}

/// Why a pod is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exemption {
    /// Its namespace is exempt.
    Namespace,
    /// Whoever creates it is exempt.
    User,
    /// Its runtime class is exempt.
    RuntimeClass,
}
