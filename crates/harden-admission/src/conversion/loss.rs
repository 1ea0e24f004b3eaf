//! What a conversion would lose.

use crate::{Object, PolicyName};

/// A part of a policy that is left out, since the other engine cannot say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The policy.
    pub policy: PolicyName,
    /// The part, as a JSON pointer; empty for the whole policy.
    pub at: String,
    /// Why it cannot be said.
    pub why: String,
    /// Whether the policy is there without it, and says all else.
    pub is_part: bool,
}

/// The same, of a policy that somebody else names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loss {
    pub(super) at: String,
    pub(super) why: String,
    pub(super) is_part: bool,
}

impl Loss {
    pub(super) fn new(at: &str, why: impl Into<String>) -> Self {
        Self { at: at.to_owned(), why: why.into(), is_part: false }
    }

    /// One without which the policy says all else.
    pub(super) fn of_part(at: &str, why: impl Into<String>) -> Self {
        Self { is_part: true, ..Self::new(at, why) }
    }

    /// The same without a place.
    pub(super) fn somewhere(self) -> Self {
        Self { at: String::new(), ..self }
    }

    pub(super) fn of(self, policy: &Object) -> Lost {
        Lost { policy: name(policy), at: self.at, why: self.why, is_part: self.is_part }
    }
}

pub(super) fn name(policy: &Object) -> PolicyName {
    PolicyName {
        kind: policy.kind().to_owned(),
        namespace: policy.namespace().to_owned(),
        name: policy.name().to_owned(),
    }
}
