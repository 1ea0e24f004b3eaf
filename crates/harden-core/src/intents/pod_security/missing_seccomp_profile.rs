//! Containers for which nobody chose a seccomp filter.

use super::pod::{is_filtered, unless_on_windows};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "missing-seccomp-profile",
    constraint: Kind::constraint("HardenMissingSeccompProfile", "hardenmissingseccompprofile"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    const POD: &str = "variables.spec.?securityContext";
    let message = "seccompProfile.type must be RuntimeDefault or Localhost";
    let own_or_of_pod =
        is_filtered("c.?securityContext", &format!("{POD}.?seccompProfile.hasValue()"));
    let validations = vec![
        Validation::new(is_filtered(POD, "true"), format!("{message}: the pod")),
        Validation::of_containers(
            &own_or_of_pod,
            &format!("{message}, of the container or the pod"),
        ),
    ];
    unless_on_windows(validations, terms)
}
