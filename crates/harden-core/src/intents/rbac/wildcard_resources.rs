//! Roles for every resource of an API group.

use super::{IS_ALL, IS_CLUSTER_ADMIN_ROLE, ROLES, RULES, is_of_kubernetes};
use crate::intents::cel::{list, quoted};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "wildcard-resources",
    constraint: Kind::constraint("HardenWildcardResources", "hardenwildcardresources"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: ROLES, parts: &[".?rules"] },
    demand: Demand::Hold(demand),
};

/// The ClusterRoles of Kubernetes itself that cover every resource, with the verbs.
const BUILT_IN: [(&str, &[&str]); 5] = [
    (
        "system:controller:generic-garbage-collector",
        &["delete", "get", "list", "patch", "update", "watch"],
    ),
    (
        "system:controller:namespace-controller",
        &["delete", "deletecollection", "get", "list", "watch"],
    ),
    ("system:controller:resourcequota-controller", &["list", "watch"]),
    ("system:controller:storage-version-migrator-controller", &["list", "patch"]),
    ("system:kube-controller-manager", &["list", "watch"]),
];

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let own = is_of_kubernetes("r");
    let built_in: Vec<_> = BUILT_IN
        .iter()
        .map(|(name, verbs)| {
            let verbs = list(verbs.iter());
            format!("object.metadata.name == {} && r.verbs.all(v, v in {verbs})", quoted(name))
        })
        .collect();
    let built_in = format!("object.kind == 'ClusterRole' && ({})", built_in.join(" || "));
    let condition = format!(
        "{IS_CLUSTER_ADMIN_ROLE} || {RULES}.all(r, !('*' in r.?resources.orValue([]) && {own} && \
         size(r.?resourceNames.orValue([])) == 0 && !(object.kind == 'ClusterRole' && {IS_ALL})) || \
         {built_in})"
    );
    vec![Validation::new(condition, "a role must list the resources that it covers")]
}
