//! Pods that share namespaces of their node.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "host-namespaces",
    constraint: Kind::constraint("HardenHostNamespaces", "hardenhostnamespaces"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let own = |key: &str| {
        let condition = format!("!variables.spec.?{key}.orValue(false)");
        Validation::new(condition, format!("{key} must not be true"))
    };
    ["hostNetwork", "hostPID", "hostIPC"].map(own).into()
}
