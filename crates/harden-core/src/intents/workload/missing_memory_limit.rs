//! Containers that may use all of their node's memory.

use super::pods::states;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "missing-memory-limit",
    constraint: Kind::constraint("HardenMissingMemoryLimit", "hardenmissingmemorylimit"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = states("c", "limits", "memory");
    let message = "resources.limits.memory must be set";
    let of_pod = states("variables.spec", "limits", "memory");
    vec![Validation::of_starting_containers(&condition, message).unless(&of_pod)]
}
