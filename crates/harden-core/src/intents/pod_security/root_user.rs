//! Containers that are told to run as root.

use super::pod::{of_contexts, unless_with_own_users};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "root-user",
    constraint: Kind::constraint("HardenRootUser", "hardenrootuser"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let validations = of_contexts("runAsUser must not be 0", |context| {
        format!("{context}.?runAsUser.orValue(1) != 0")
    });
    unless_with_own_users(validations, terms)
}
