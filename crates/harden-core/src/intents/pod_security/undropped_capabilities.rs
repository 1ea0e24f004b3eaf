//! Containers that keep capabilities that they hardly need.

use super::pod::unless_on_windows;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "undropped-capabilities",
    constraint: Kind::constraint("HardenUndroppedCapabilities", "hardenundroppedcapabilities"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let validations = vec![
        Validation::of_containers(
            "'ALL' in c.?securityContext.?capabilities.?drop.orValue([])",
            "capabilities.drop must have ALL",
        ),
        Validation::of_containers(
            "c.?securityContext.?capabilities.?add.orValue([]).all(a, a == 'NET_BIND_SERVICE')",
            "capabilities.add must have nothing but NET_BIND_SERVICE",
        ),
    ];
    unless_on_windows(validations, terms)
}
