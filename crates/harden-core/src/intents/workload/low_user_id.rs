//! Containers that run as a user that the node is likely to have, too.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "low-user-id",
    constraint: Kind::constraint("HardenLowUserId", "hardenlowuserid"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let user = |of: &str| format!("{of}.?securityContext.?runAsUser.orValue(0)");
    let is_fine = |of: &str| format!("({0} < 1 || {0} >= 10000)", user(of));
    let message = "runAsUser must be 10000 or more";
    let apart = "variables.spec.?hostUsers.orValue(true) == false";
    vec![
        Validation::new(is_fine("variables.spec"), message).unless(apart),
        Validation::of_containers(&is_fine("c"), message).unless(apart),
    ]
}
