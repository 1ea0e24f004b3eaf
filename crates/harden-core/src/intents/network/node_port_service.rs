//! Services that open a port on every node.

use super::SERVICES;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "node-port-service",
    constraint: Kind::constraint("HardenNodePortService", "hardennodeportservice"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: SERVICES, parts: &[".spec"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "dyn(object).spec.?type.orValue('') != 'NodePort'";
    vec![Validation::new(condition, "the Service must not be of type NodePort")]
}
