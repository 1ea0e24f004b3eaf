//! What a hardened namespace consists of.

/// One part that can be asked for or left out by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Part {
    /// The Namespace with its Pod Security labels
    Namespace,
    /// The NetworkPolicy that denies all traffic
    DefaultDeny,
    /// The NetworkPolicy that lets pods resolve names
    Dns,
    /// The NetworkPolicies of the --allow-… options
    Flows,
    /// The ResourceQuota
    Quota,
    /// The LimitRange
    Limits,
    /// The ServiceAccount `default`, without its token
    ServiceAccount,
    /// Roles and RoleBindings
    Rbac,
}
