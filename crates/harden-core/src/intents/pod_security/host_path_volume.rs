//! Volumes that are directories of the node.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "host-path-volume",
    constraint: Kind::constraint("HardenHostPathVolume", "hardenhostpathvolume"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::of_volumes("!has(v.hostPath)", "volumes must not be hostPath")]
}
