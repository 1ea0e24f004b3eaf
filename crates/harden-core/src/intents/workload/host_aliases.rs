//! Pods that answer names themselves instead of asking DNS.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "host-aliases",
    constraint: Kind::constraint("HardenHostAliases", "hardenhostaliases"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::new(
        "size(variables.spec.?hostAliases.orValue([])) == 0",
        "names must be answered by DNS: remove hostAliases",
    )]
}
