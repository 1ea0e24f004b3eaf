//! Containers that see each other's processes.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "shared-process-namespace",
    constraint: Kind::constraint("HardenSharedProcessNamespace", "hardensharedprocessnamespace"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "variables.spec.?shareProcessNamespace.orValue(false) == false || \
                     size(variables.spec.?containers.orValue([])) + \
                     size(variables.spec.?initContainers.orValue([]).filter(c, c.?restartPolicy.orValue('') == \
                     'Always')) < 2";
    vec![Validation::new(
        condition,
        "the containers must not share their processes: remove shareProcessNamespace",
    )]
}
