//! Containers that take ports of their node.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "host-port",
    constraint: Kind::constraint("HardenHostPort", "hardenhostport"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::of_containers(
        "c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)",
        "ports must not have a hostPort",
    )]
}
