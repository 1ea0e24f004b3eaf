//! Containers that are root on the node.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "privileged-container",
    constraint: Kind::constraint("HardenPrivilegedContainer", "hardenprivilegedcontainer"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::of_containers(
        "!c.?securityContext.?privileged.orValue(false)",
        "privileged must not be true",
    )]
}
