//! Somebody or something that can be become.

use std::fmt;
use std::sync::Arc;

use super::edge::Power;
use crate::rbac::kind_of_name;

/// Somebody, or a power that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A user.
    User(Arc<str>),
    /// A group: whoever is in it.
    Group(Arc<str>),
    /// A ServiceAccount, by namespace and name.
    Account(Arc<str>, Arc<str>),
    /// A power, in a namespace or everywhere.
    Power(Power, Option<Arc<str>>),
    /// A pod that is there, by namespace and name.
    Pod(Arc<str>, Arc<str>),
    /// Whoever has bound a role: the namespace of a Role, its name, and where it is bound.
    Holder {
        /// The namespace of a Role; none for a ClusterRole.
        namespace: Option<Arc<str>>,
        /// Its name.
        name: Arc<str>,
        /// The namespace that it is bound in; none for the whole cluster.
        place: Option<Arc<str>>,
    },
    /// A role or account of a cloud.
    Cloud(Arc<str>),
}

/// The group that no authorizer is asked about.
pub const MASTERS: &str = "system:masters";

const ACCOUNT: &str = "system:serviceaccount:";

/// A target that no words name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nobody: it takes cluster-admin, node, node-identity, secrets, kube-system, namespace:NAME, user:NAME, \
     group:NAME, NAMESPACE/NAME for a ServiceAccount, or the name of a user"
)]
pub struct Nobody(String);

impl Party {
    /// Whoever may do everything.
    pub const CLUSTER_ADMIN: Self = Self::Power(Power::ClusterAdmin, None);

    /// A power that has no place.
    pub const fn everywhere(power: Power) -> Self {
        Self::Power(power, None)
    }

    /// A power in a namespace.
    pub fn within(power: Power, namespace: &str) -> Self {
        Self::Power(power, Some(namespace.into()))
    }

    /// The user of this name, who may be a ServiceAccount.
    pub fn user(name: &str) -> Self {
        match name.strip_prefix(ACCOUNT).and_then(|it| it.split_once(':')) {
            Some((namespace, name)) => Self::Account(namespace.into(), name.into()),
            None => Self::User(name.into()),
        }
    }

    /// A group.
    pub fn group(name: &str) -> Self {
        Self::Group(name.into())
    }

    /// Reads what somebody wants to become.
    ///
    /// # Errors
    ///
    /// When it is empty, or a name is missing.
    pub fn read_target(text: &str) -> Result<Self, Nobody> {
        let power = match text {
            "cluster-admin" => Power::ClusterAdmin,
            "node" => Power::Node,
            "node-identity" => Power::NodeIdentity,
            "secrets" => Power::Secrets,
            "kube-system" => Power::KubeSystem,
            _ => match text.split_once(':') {
                Some(("namespace" | "ns", "")) => return Err(Nobody(text.to_owned())),
                Some(("namespace" | "ns", name)) => {
                    return Ok(Self::within(Power::Namespace, name));
                }
                _ => return Self::read_subject(text),
            },
        };
        Ok(Self::everywhere(power))
    }

    /// Reads somebody: `user:NAME`, `group:NAME`, `serviceaccount:NAMESPACE/NAME`, `NAMESPACE/NAME`, or the name of
    /// a user.
    ///
    /// # Errors
    ///
    /// When it is empty, or a name is missing.
    pub fn read_subject(text: &str) -> Result<Self, Nobody> {
        let nobody = || Nobody(text.to_owned());
        let account = |text: &str| {
            let (namespace, name) = text.split_once('/').or_else(|| text.split_once(':'))?;
            let is_whole = !namespace.is_empty() && !name.is_empty() && !name.contains('/');
            is_whole.then(|| Self::Account(namespace.into(), name.into()))
        };
        let party = match text.split_once(':') {
            Some(("user", name)) => Some(name).filter(|it| !it.is_empty()).map(Self::user),
            Some(("group", name)) => Some(name).filter(|it| !it.is_empty()).map(Self::group),
            Some(("serviceaccount" | "sa", rest)) => account(rest),
            _ if text.starts_with(ACCOUNT) => Some(Self::user(text)),
            _ if kind_of_name(text) == Some("Group") => Some(Self::group(text)),
            _ if text.contains('/') && !text.contains(':') => account(text),
            _ => Some(text).filter(|it| !it.is_empty()).map(Self::user),
        };
        party.ok_or_else(nobody)
    }

    /// Whether it is a user, a group or an account: somebody who sends requests.
    pub const fn is_somebody(&self) -> bool {
        matches!(self, Self::User(_) | Self::Group(_) | Self::Account(..))
    }

    /// Its kind, namespace and name, for whoever reads them by a program.
    pub fn parts(&self) -> (&'static str, &str, &str) {
        match self {
            Self::User(name) => ("User", "", name),
            Self::Group(name) => ("Group", "", name),
            Self::Account(namespace, name) => ("ServiceAccount", namespace, name),
            Self::Pod(namespace, name) => ("Pod", namespace, name),
            Self::Holder { namespace: None, name, place } => {
                ("ClusterRole", place.as_deref().unwrap_or_default(), name)
            }
            Self::Holder { namespace: Some(namespace), name, .. } => ("Role", namespace, name),
            Self::Cloud(name) => ("CloudRole", "", name),
            Self::Power(power, place) => {
                ("Power", place.as_deref().unwrap_or_default(), power.word())
            }
        }
    }
}

impl Power {
    /// Its word, as it is asked for and as programs read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClusterAdmin => "cluster-admin",
            Self::Nodes => "nodes",
            Self::Node => "node",
            Self::NodeIdentities => "node-identities",
            Self::NodeIdentity => "node-identity",
            Self::Secrets => "secrets",
            Self::KubeSystem => "kube-system",
            Self::Namespace => "namespace",
            Self::Workloads => "workloads",
            Self::Pods => "pods",
            Self::Accounts => "accounts",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Identities => "identities",
            Self::Bootstrappers => "bootstrappers",
            Self::Masters => "masters",
            Self::Bindable | Self::OwnRole | Self::Deputy(_) | Self::Cloud => "role",
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, namespace, name) = self.parts();
        match (self, namespace) {
            (Self::Power(power, place), _) => power.write(f, place.as_deref()),
            (Self::Holder { namespace: None, .. }, "") => write!(f, "holder of {kind} {name}"),
            (Self::Holder { namespace: None, .. }, place) => {
                write!(f, "holder of {kind} {name} in {place}")
            }
            (Self::Holder { .. }, namespace) => write!(f, "holder of {kind} {namespace}/{name}"),
            (Self::Cloud(_), _) => write!(f, "cloud role {name}"),
            (_, "") => write!(f, "{kind} {name}"),
            (_, namespace) => write!(f, "{kind} {namespace}/{name}"),
        }
    }
}

impl Power {
    fn write(self, f: &mut fmt::Formatter<'_>, place: Option<&str>) -> fmt::Result {
        let text = match (self, place) {
            (Self::ClusterAdmin, _) => "cluster-admin",
            (Self::Nodes, _) => "root of any node",
            (Self::Node, _) => "root of a node",
            (Self::NodeIdentities, _) => "any node's identity",
            (Self::NodeIdentity, _) => "a node's identity",
            (Self::KubeSystem, _) => "kube-system",
            (Self::Users, _) => "any user",
            (Self::Groups, _) => "any group",
            (Self::Identities, _) => "anybody but system:masters",
            (Self::Bootstrappers, _) => "system:bootstrappers",
            (Self::Masters, _) => "system:masters",
            (Self::Secrets, None) => "every Secret",
            (Self::Secrets, Some(place)) => return write!(f, "the Secrets of {place}"),
            (Self::Namespace, None) => "everything in any namespace",
            (Self::Namespace, Some(place)) => return write!(f, "everything in {place}"),
            (Self::Workloads, None) => "pods of any account",
            (Self::Workloads, Some(place)) => return write!(f, "pods of any account in {place}"),
            (Self::Pods, None) => "inside of any pod",
            (Self::Pods, Some(place)) => return write!(f, "inside of the pods in {place}"),
            (Self::Accounts, None) => "any ServiceAccount",
            (Self::Accounts, Some(place)) => return write!(f, "any ServiceAccount of {place}"),
            (Self::Bindable | Self::OwnRole | Self::Deputy(_) | Self::Cloud, _) => "a role",
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> String {
        Party::read_target(text).map_or_else(|_| "nobody".to_owned(), |it| it.to_string())
    }

    #[test]
    fn a_target_is_a_power_or_somebody() {
        for (text, said) in [
            ("cluster-admin", "cluster-admin"),
            ("node", "root of a node"),
            ("namespace:shop", "everything in shop"),
            ("user:node", "User node"),
            ("alice", "User alice"),
            ("alice@example.com", "User alice@example.com"),
            ("oidc:alice", "User oidc:alice"),
            ("group:dev", "Group dev"),
            ("group:a:b/c", "Group a:b/c"),
            ("shop/web", "ServiceAccount shop/web"),
            ("sa:shop/web", "ServiceAccount shop/web"),
            ("serviceaccount:shop:web", "ServiceAccount shop/web"),
            ("system:serviceaccount:shop:web", "ServiceAccount shop/web"),
            ("user:system:serviceaccount:shop:web", "ServiceAccount shop/web"),
            ("system:masters", "Group system:masters"),
            ("system:authenticated", "Group system:authenticated"),
            ("system:serviceaccounts:shop", "Group system:serviceaccounts:shop"),
            ("user:system:masters", "User system:masters"),
            ("system:node:a", "User system:node:a"),
        ] {
            assert_eq!(target(text), said, "{text}");
        }
        for text in [
            "",
            "namespace:",
            "ns:",
            "user:",
            "group:",
            "shop/",
            "/web",
            "a/b/c",
            "serviceaccount:web",
            "sa:",
        ] {
            assert_eq!(target(text), "nobody", "{text:?}");
        }
    }
}
