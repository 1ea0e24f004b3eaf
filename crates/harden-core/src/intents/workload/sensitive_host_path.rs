//! Containers that find in the node's files what makes them the node.

use super::host_paths;
use super::pods::IS_NON_ROOT;
use crate::intents::cel::quoted;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "sensitive-host-path",
    constraint: Kind::constraint("HardenSensitiveHostPath", "hardensensitivehostpath"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = host_paths::no_mount(|path| {
        let matches = |pattern: String| format!("{path}.matches({})", quoted(&pattern));
        format!(
            "!{} && ({} || m.?readOnly.orValue(false) == false && {} && !{})",
            matches(host_paths::runtimes()),
            matches(host_paths::secrets()),
            matches(host_paths::steering()),
            matches(host_paths::harmless()),
        )
    });
    let message =
        "files that give root the node must not be mounted into a container that may be root";
    vec![Validation::of_containers(&format!("{IS_NON_ROOT} || {condition}"), message)]
}
