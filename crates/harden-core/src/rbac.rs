//! Who may do what, as roles and bindings say it.
//!
//! [`Access`] are all roles and bindings together: how far a role reaches, and who holds it.

mod access;
pub mod authorization;
mod binding;
mod built_in;
mod policy_rule;
mod power;
mod role;
mod service_accounts;
mod subject;
mod validation;

pub use access::{Access, Giver, Reach, Referent, Rights};
pub use binding::{Binding, RoleRef};
pub use built_in::for_everyone;
pub use policy_rule::PolicyRule;
pub use power::{Grant, Names, Power};
pub use role::Role;
pub use service_accounts::{PodIdentity, ServiceAccount, ServiceAccounts, Token};
pub use subject::{Subject, kind_of_name};
pub use validation::{Problem, ProblemKind};

use crate::kubernetes::GroupKind;

/// The API group of roles and bindings.
pub const GROUP: &str = "rbac.authorization.k8s.io";

/// The kinds that say who may do what.
pub const KINDS: &[GroupKind] = &[
    GroupKind::SERVICE_ACCOUNT,
    GroupKind::new(GROUP, "ClusterRole"),
    GroupKind::new(GROUP, "ClusterRoleBinding"),
    GroupKind::new(GROUP, "Role"),
    GroupKind::new(GROUP, "RoleBinding"),
];

/// Those of them that are roles and bindings.
pub const ROLES_AND_BINDINGS: &[GroupKind] = KINDS.split_at(1).1;
