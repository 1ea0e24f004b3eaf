//! Containers that can give orders to the node's container runtime.

use super::host_paths;
use crate::intents::cel::quoted;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "container-runtime-socket",
    constraint: Kind::constraint("HardenContainerRuntimeSocket", "hardencontainerruntimesocket"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition =
        host_paths::no_mount(|path| format!("{path}.matches({})", quoted(&host_paths::runtimes())));
    vec![Validation::of_containers(
        &condition,
        "the socket of the container runtime must not be mounted",
    )]
}
