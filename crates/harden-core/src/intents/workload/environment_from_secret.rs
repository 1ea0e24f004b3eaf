//! Containers that get secrets as environment variables.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "environment-from-secret",
    constraint: Kind::constraint("HardenEnvironmentFromSecret", "hardenenvironmentfromsecret"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "!c.?env.orValue([]).exists(e, e.?valueFrom.?secretKeyRef.hasValue()) && \
                     !c.?envFrom.orValue([]).exists(e, has(e.secretRef))";
    vec![Validation::of_containers(
        condition,
        "secrets must be mounted as files, not be environment variables",
    )]
}
