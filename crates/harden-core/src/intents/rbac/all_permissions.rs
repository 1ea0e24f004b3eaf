//! ClusterRoles that allow everything.

use super::{CLUSTER_ROLES, IS_ALL, IS_CLUSTER_ADMIN_ROLE, RULES};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "all-permissions",
    constraint: Kind::constraint("HardenAllPermissions", "hardenallpermissions"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: CLUSTER_ROLES, parts: &[".?rules"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!("{IS_CLUSTER_ADMIN_ROLE} || !{RULES}.exists(r, {IS_ALL})");
    vec![Validation::new(
        condition,
        "a role must not allow every verb on every resource of every API group",
    )]
}
