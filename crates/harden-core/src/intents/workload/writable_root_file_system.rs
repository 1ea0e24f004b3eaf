//! Containers that may write to their own image's files.

use super::pods::IS_WINDOWS;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "writable-root-file-system",
    constraint: Kind::constraint("HardenWritableRootFileSystem", "hardenwritablerootfilesystem"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "c.?securityContext.?readOnlyRootFilesystem.orValue(false) == true";
    let message = "readOnlyRootFilesystem must be true";
    vec![Validation::of_starting_containers(condition, message).unless(IS_WINDOWS)]
}
