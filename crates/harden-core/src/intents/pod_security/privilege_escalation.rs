//! Containers that can gain privileges.

use super::pod::unless_on_windows;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "privilege-escalation",
    constraint: Kind::constraint("HardenPrivilegeEscalation", "hardenprivilegeescalation"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let validation = Validation::of_containers(
        "!c.?securityContext.?allowPrivilegeEscalation.orValue(true)",
        "allowPrivilegeEscalation must be false",
    );
    unless_on_windows(vec![validation], terms)
}
