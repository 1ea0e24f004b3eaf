//! Volumes of kinds that reach the node or storage that nobody manages.

use crate::intents::cel::list;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::ALLOWED_VOLUMES;

pub(super) static INTENT: Intent = Intent {
    id: "restricted-volume-type",
    constraint: Kind::constraint("HardenRestrictedVolumeType", "hardenrestrictedvolumetype"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::of_volumes(
        &format!("v.exists(k, k in {})", list(ALLOWED_VOLUMES)),
        "volumes must be of an allowed type",
    )]
}
