//! Roles for all ServiceAccounts of the cluster.

use super::{BINDINGS, IS_FOR_EVERYONE, SUBJECTS};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "access-for-every-service-account",
    constraint: Kind::constraint(
        "HardenAccessForEveryServiceAccount",
        "hardenaccessforeveryserviceaccount",
    ),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: BINDINGS, parts: &[".?subjects", ".roleRef"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!(
        "{IS_FOR_EVERYONE} || !{SUBJECTS}.exists(s, s.kind == 'Group' && s.name in ['system:serviceaccounts', 'system:serviceaccounts:'])"
    );
    vec![Validation::new(
        condition,
        "the role must not be bound to every ServiceAccount of the cluster",
    )]
}
