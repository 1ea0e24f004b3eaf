//! Roles that are ready: for people and programs that most clusters have.

mod auditor;
mod ci;
mod deployer;
mod read_only;

use serde_json::Value;

/// Whom a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Ready {
    /// Look at everything in the namespace but Secrets
    ReadOnly,
    /// Deploy to the namespace: no Secrets, no shell, and nothing that loosens its policies
    Deployer,
    /// Look at who may do what and what is let in, in the whole cluster; no Secrets, no ConfigMaps
    Auditor,
    /// Roll out workloads from a pipeline: apply them and wait, and delete nothing
    Ci,
}

/// How far a role may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// A namespace.
    Namespace,
    /// The whole cluster.
    Cluster,
    /// A namespace, or the whole cluster where somebody says so.
    Either,
}

/// A role that is ready.
struct Role {
    /// Its name when nobody says another.
    name: &'static str,
    why: &'static str,
    scope: Scope,
    /// Its rules in a namespace; empty for all namespaces.
    rules: fn(namespace: &str) -> Vec<Value>,
    /// Its rules on OpenShift beside these.
    on_openshift: fn() -> Vec<Value>,
}

impl Ready {
    fn role(self) -> &'static Role {
        match self {
            Self::ReadOnly => &read_only::ROLE,
            Self::Deployer => &deployer::ROLE,
            Self::Auditor => &auditor::ROLE,
            Self::Ci => &ci::ROLE,
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.role().name
    }

    pub(super) fn why(self) -> &'static str {
        self.role().why
    }

    pub(super) fn scope(self) -> Scope {
        self.role().scope
    }

    pub(super) fn rules(self, namespace: &str, is_openshift: bool) -> Vec<Value> {
        let mut rules = (self.role().rules)(namespace);
        if is_openshift {
            rules.extend((self.role().on_openshift)());
        }
        rules
    }
}
