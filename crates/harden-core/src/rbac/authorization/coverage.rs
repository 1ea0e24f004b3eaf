//! What an answer about access could not see.

use super::Authorization;

/// What was read, and what was not, in words that a report repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many roles were read.
    pub roles: usize,
    /// How many bindings were read.
    pub bindings: usize,
    /// How many ServiceAccounts were read.
    pub service_accounts: usize,
}

impl Authorization {
    /// How much was read.
    pub fn coverage(&self) -> Coverage {
        Coverage {
            roles: self.roles.iter().filter(|it| !it.is_assumed).count(),
            bindings: self.bindings.iter().filter(|it| !it.is_assumed).count(),
            service_accounts: self.accounts.len(),
        }
    }
}
