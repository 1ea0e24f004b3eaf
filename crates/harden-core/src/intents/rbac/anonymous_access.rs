//! Roles for requests without credentials.

use super::{BINDINGS, IS_CLUSTER_INFO, IS_PUBLIC, SUBJECTS};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "anonymous-access",
    constraint: Kind::constraint("HardenAnonymousAccess", "hardenanonymousaccess"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: BINDINGS, parts: &[".?subjects", ".roleRef"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = format!(
        "{IS_PUBLIC} || {SUBJECTS}.all(s, !(s.kind == 'Group' && s.name == 'system:unauthenticated') && !(s.kind == \
         'User' && s.name == 'system:anonymous' && !{IS_CLUSTER_INFO}))"
    );
    vec![Validation::new(condition, "the role must not be bound to requests without credentials")]
}
