//! Who may do what, as intents.

mod access_for_every_service_account;
mod access_for_every_user;
mod all_permissions;
mod anonymous_access;
mod cluster_admin_binding;
mod cluster_admin_in_namespace;
mod default_service_account_binding;
mod role_escalation;
mod wildcard_resources;
mod wildcard_verbs;

use super::Intent;
use super::cel::list;
use super::target::{Resources, WRITES};
use crate::kubernetes::resources;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &access_for_every_service_account::INTENT,
    &access_for_every_user::INTENT,
    &all_permissions::INTENT,
    &anonymous_access::INTENT,
    &cluster_admin_binding::INTENT,
    &cluster_admin_in_namespace::INTENT,
    &default_service_account_binding::INTENT,
    &role_escalation::INTENT,
    &wildcard_resources::INTENT,
    &wildcard_verbs::INTENT,
];

const fn of(names: &'static [(&'static str, &'static str)]) -> Resources {
    Resources { group: "rbac.authorization.k8s.io", version: "v1", names, operations: WRITES }
}

const BINDINGS: &[Resources] =
    &[of(&[("clusterrolebindings", "ClusterRoleBinding"), ("rolebindings", "RoleBinding")])];
const CLUSTER_BINDINGS: &[Resources] = &[of(&[("clusterrolebindings", "ClusterRoleBinding")])];
const NAMESPACE_BINDINGS: &[Resources] = &[of(&[("rolebindings", "RoleBinding")])];
const ROLES: &[Resources] = &[of(&[("clusterroles", "ClusterRole"), ("roles", "Role")])];
const CLUSTER_ROLES: &[Resources] = &[of(&[("clusterroles", "ClusterRole")])];

/// Those whom a binding gives its role.
const SUBJECTS: &str = "dyn(object).?subjects.orValue([])";

/// Whether a binding gives a ClusterRole.
const IS_CLUSTER_ROLE: &str = "dyn(object).roleRef.kind == 'ClusterRole'";

/// Whether a binding gives the ClusterRole that allows everything.
const IS_CLUSTER_ADMIN: &str =
    "(dyn(object).roleRef.kind == 'ClusterRole' && dyn(object).roleRef.name == 'cluster-admin')";

/// Whether a binding gives a ClusterRole that Kubernetes makes for what is public on purpose.
const IS_PUBLIC: &str = "dyn(object).roleRef.kind == 'ClusterRole' && dyn(object).roleRef.name in ['system:discovery', \
                         'system:public-info-viewer', 'system:service-account-issuer-discovery']";

/// Whether a binding gives a ClusterRole that Kubernetes makes for everyone who can log in.
const IS_FOR_EVERYONE: &str = "dyn(object).roleRef.kind == 'ClusterRole' && dyn(object).roleRef.name in \
                               ['system:basic-user', 'system:cluster-trust-bundle-discovery', 'system:discovery', \
                               'system:public-info-viewer', 'system:service-account-issuer-discovery']";

/// Whether it is the binding by which kubeadm lets nodes that join find the cluster.
const IS_CLUSTER_INFO: &str = "(object.kind == 'RoleBinding' && object.metadata.name == \
                               'kubeadm:bootstrap-signer-clusterinfo' && object.metadata.namespace == 'kube-public' \
                               && dyn(object).roleRef.kind == 'Role' && dyn(object).roleRef.name == \
                               'kubeadm:bootstrap-signer-clusterinfo')";

/// What a role allows. The API server writes null for no rules.
const RULES: &str = "(dyn(object).?rules.orValue(null) == null ? [] : dyn(object).rules)";

/// Whether it is the ClusterRole of Kubernetes that allows everything, so that nothing in it is too much.
const IS_CLUSTER_ADMIN_ROLE: &str =
    "object.kind == 'ClusterRole' && object.metadata.name == 'cluster-admin'";

/// Whether a rule `r` is `*` in every respect.
const IS_ALL: &str = "'*' in r.verbs && '*' in r.?apiGroups.orValue([]) && '*' in r.?resources.orValue([]) && \
                      size(r.?resourceNames.orValue([])) == 0";

/// Whether a rule reaches into the API groups of Kubernetes itself.
fn is_of_kubernetes(rule: &str) -> String {
    let own = list(std::iter::once("*").chain(resources::groups()));
    format!("{rule}.?apiGroups.orValue([]).exists(g, g in {own})")
}
