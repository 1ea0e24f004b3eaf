//! Containers that see all of /proc.

use super::pod::{is_masked, unless_with_own_users};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "unmasked-proc",
    constraint: Kind::constraint("HardenUnmaskedProc", "hardenunmaskedproc"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    unless_with_own_users(vec![is_masked()], terms)
}
