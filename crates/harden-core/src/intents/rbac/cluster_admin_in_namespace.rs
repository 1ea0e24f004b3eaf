//! Who gets cluster-admin in a namespace.

use super::{IS_CLUSTER_ADMIN, NAMESPACE_BINDINGS, SUBJECTS};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "cluster-admin-in-namespace",
    constraint: Kind::constraint("HardenClusterAdminInNamespace", "hardenclusteradmininnamespace"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: NAMESPACE_BINDINGS, parts: &[".?subjects", ".roleRef"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!("!{IS_CLUSTER_ADMIN} || size({SUBJECTS}) == 0");
    vec![Validation::new(condition, "cluster-admin must not be bound in a namespace")]
}
