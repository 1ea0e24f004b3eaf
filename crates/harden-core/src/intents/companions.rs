//! What an object must have beside it, or must not, as intents.

mod shared_ingress_host;
mod workload_without_network_policy;
mod workload_without_quota;
mod workloads;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &shared_ingress_host::INTENT,
    &workload_without_network_policy::INTENT,
    &workload_without_quota::INTENT,
];
