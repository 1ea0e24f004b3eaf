//! How a kind of flaw is mended.

/// How a kind of flaw is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// By the edits that its findings carry, after which what works as a rule goes on to work.
    Safe,
    /// By the edits that its findings carry, after which something that works may not: what may break is said
    /// beside it.
    WithThought,
    /// By objects beside the one that was found, after which something that works may not.
    Objects(&'static [Companion]),
    /// By the edits that its findings carry, and objects that these need beside the one that was found, after
    /// which something that works may not.
    Both(&'static [Companion]),
    /// By nobody but a person: which decision it takes, as a sentence without a full stop.
    ByHand(&'static str),
}

/// An object that mends a finding by being there, as the generators make it: in the namespace of the finding's
/// object, or in the namespace that this object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Companion {
    /// The NetworkPolicy that lets nothing through.
    DefaultDeny,
    /// The NetworkPolicy that lets pods resolve names.
    AllowDns,
    /// A ResourceQuota.
    Quota,
    /// A LimitRange with defaults.
    Limits,
    /// A ServiceAccount named as the object, which mounts no token by itself.
    ServiceAccount,
}

impl Companion {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::DefaultDeny, Self::AllowDns, Self::Quota, Self::Limits, Self::ServiceAccount];
}

impl Mend {
    /// Whether nothing that works as a rule stops working.
    pub fn is_safe(self) -> bool {
        matches!(self, Self::Safe)
    }

    /// The objects that are part of it.
    pub fn companions(self) -> &'static [Companion] {
        match self {
            Self::Objects(all) | Self::Both(all) => all,
            _ => &[],
        }
    }
}
