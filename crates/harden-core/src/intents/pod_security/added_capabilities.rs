//! Capabilities beyond those that runtimes give.

use crate::intents::cel::list;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::DEFAULT_CAPABILITIES;

pub(super) static INTENT: Intent = Intent {
    id: "added-capabilities",
    constraint: Kind::constraint("HardenAddedCapabilities", "hardenaddedcapabilities"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!(
        "c.?securityContext.?capabilities.?add.orValue([]).all(a, a in {})",
        list(DEFAULT_CAPABILITIES)
    );
    vec![Validation::of_containers(
        &condition,
        "capabilities.add must not go beyond the default set",
    )]
}
