//! Namespaces that are labelled to let every pod in.

use super::{IS_OF_SYSTEM, NAMESPACES, label};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::Mode;

pub(super) static INTENT: Intent = Intent {
    id: "privileged-namespace",
    constraint: Kind::constraint("HardenPrivilegedNamespace", "hardenprivilegednamespace"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?labels"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let enforce = label(Mode::Enforce.level_label());
    vec![
        Validation::new(
            format!("{enforce} != 'privileged'"),
            "the namespace must not enforce privileged",
        )
        .unless(IS_OF_SYSTEM),
    ]
}
