//! Services that take traffic of addresses that may be somebody else's.

use super::SERVICES;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "service-external-ips",
    constraint: Kind::constraint("HardenServiceExternalIps", "hardenserviceexternalips"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: SERVICES, parts: &[".spec"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let condition = "size(dyn(object).spec.?externalIPs.orValue([])) == 0";
    vec![Validation::new(condition, "the Service must not have externalIPs")]
}
