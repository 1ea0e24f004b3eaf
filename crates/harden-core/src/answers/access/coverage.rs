//! What an answer was made of, and what it could not see.

use crate::answers::coverage::{remarks, unread};
use crate::check::{Incomplete, Listed};
use crate::kubernetes::MinorVersion;
use crate::rbac::authorization::Authorization;

/// What no reading of roles and bindings shows.
pub const UNSEEN: [&str; 2] = [
    "other authorizers of the API server: Node, Webhook, ABAC",
    "who is in which group: certificates, OIDC and webhooks say that when somebody logs in",
];

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// How many roles were read.
    pub roles: usize,
    /// How many bindings were read.
    pub bindings: usize,
    /// How many ServiceAccounts were read.
    pub service_accounts: usize,
    /// The version whose own roles and bindings are assumed; none for a cluster, where only what is there counts.
    pub assumed: Option<MinorVersion>,
    /// What was listed of a cluster.
    pub listed: Vec<Listed>,
    /// What was not read.
    pub incomplete: Vec<Incomplete>,
    /// What of the input is not as it would be in a cluster, in sentences.
    pub notes: Vec<String>,
}

impl Coverage {
    /// What was read, and what of it could not be.
    pub fn of(
        all: &Authorization,
        assumed: Option<MinorVersion>,
        listed: Vec<Listed>,
        mut incomplete: Vec<Incomplete>,
    ) -> Self {
        incomplete.extend(unread(all.broken(), all.skipped()));
        let counts = all.coverage();
        Self {
            roles: counts.roles,
            bindings: counts.bindings,
            service_accounts: counts.service_accounts,
            assumed,
            listed,
            incomplete,
            notes: remarks(all),
        }
    }

    /// Whether something was not read.
    pub fn is_incomplete(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// What was read, in a sentence.
    pub(super) fn sentence(&self) -> String {
        let Self { roles, bindings, service_accounts, .. } = self;
        let read = format!(
            "{roles} roles, {bindings} bindings and {service_accounts} ServiceAccounts were read"
        );
        match self.assumed {
            Some(version) => format!(
                "{read}; what a new cluster of Kubernetes {version} has by itself is assumed"
            ),
            None => read,
        }
    }
}
