//! Who may do what, as roles and bindings say it.
//!
//! [`Access`] are all roles and bindings together: how far a role reaches, and who holds it.

mod access;
mod binding;
mod policy_rule;
mod power;
mod role;
mod service_accounts;
mod subject;
mod validation;

pub use access::{Access, Reach, Referent};
pub use binding::{Binding, RoleRef};
pub use policy_rule::PolicyRule;
pub use power::{Grant, Names, Power};
pub use role::Role;
pub use service_accounts::{PodIdentity, ServiceAccount, ServiceAccounts, Token};
pub use subject::Subject;
pub use validation::{BindingProblem, BindingProblemKind};

use crate::kubernetes::GroupKind;
use crate::object::Object;

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

/// Whether Kubernetes or kubeadm makes this role or binding itself.
fn is_built_in(object: &Object<'_>) -> bool {
    let label = object.place.at("metadata").at("labels").at("kubernetes.io/bootstrapping").as_str();
    label == Some("rbac-defaults")
        || object.name().starts_with("kubeadm:")
        || is_built_in_name(object.name()) && object.kind == "ClusterRole"
        || object.name().starts_with("system:")
}

/// Whether Kubernetes makes a ClusterRole of this name.
fn is_built_in_name(name: &str) -> bool {
    name.starts_with("system:") || matches!(name, "cluster-admin" | "admin" | "edit" | "view")
}
