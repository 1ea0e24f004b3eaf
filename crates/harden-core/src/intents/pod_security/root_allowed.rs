//! Containers that may run as root.

use super::pod::unless_with_own_users;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "root-allowed",
    constraint: Kind::constraint("HardenRootAllowed", "hardenrootallowed"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    const OF_POD: &str = "variables.spec.?securityContext.?runAsNonRoot";
    let own_or_of_pod =
        format!("c.?securityContext.?runAsNonRoot.orValue({OF_POD}.orValue(false))");
    let validations = vec![
        Validation::new(
            format!("{OF_POD}.orValue(true)"),
            "runAsNonRoot must not be false: the pod",
        ),
        Validation::of_containers(
            &own_or_of_pod,
            "runAsNonRoot must be true, of the container or the pod",
        ),
    ];
    unless_with_own_users(validations, terms)
}
