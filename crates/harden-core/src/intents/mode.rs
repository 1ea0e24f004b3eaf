//! What becomes of a request that has a flaw.

/// What becomes of a request that has a flaw: the three steps from looking to refusing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Mode {
    /// It is let in, and recorded: in the audit log, in Kyverno's reports, in the status of Gatekeeper's constraint
    Audit,
    /// It is let in, and whoever sent it is told
    Warn,
    /// It is refused
    #[default]
    Deny,
}

impl Mode {
    /// The actions of a ValidatingAdmissionPolicyBinding. What is refused needs no record of its own: the answer is
    /// in the audit log.
    pub(super) fn validation_actions(self) -> &'static [&'static str] {
        match self {
            Self::Audit => &["Audit"],
            Self::Warn => &["Warn", "Audit"],
            Self::Deny => &["Deny"],
        }
    }

    /// The enforcement action of a constraint of Gatekeeper.
    pub(super) fn enforcement_action(self) -> &'static str {
        match self {
            Self::Audit => "dryrun",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// The failure action of a rule of a ClusterPolicy of Kyverno, which has no warnings of its own.
    pub(crate) fn failure_action(self) -> &'static str {
        match self {
            Self::Audit | Self::Warn => "Audit",
            Self::Deny => "Enforce",
        }
    }

    /// The actions of Kyverno's policies of expressions.
    pub(crate) fn kyverno_actions(self) -> &'static [&'static str] {
        match self {
            Self::Audit => &["Audit"],
            Self::Warn => &["Warn"],
            Self::Deny => &["Deny"],
        }
    }

    /// The step that comes after this one.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Audit => Some(Self::Warn),
            Self::Warn => Some(Self::Deny),
            Self::Deny => None,
        }
    }

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}
