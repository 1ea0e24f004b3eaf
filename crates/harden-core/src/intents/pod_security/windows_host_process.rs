//! Windows containers that are processes of their node.

use super::pod::of_contexts;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "windows-host-process",
    constraint: Kind::constraint("HardenWindowsHostProcess", "hardenwindowshostprocess"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    of_contexts("windowsOptions.hostProcess must not be true", |context| {
        format!("!{context}.?windowsOptions.?hostProcess.orValue(false)")
    })
}
