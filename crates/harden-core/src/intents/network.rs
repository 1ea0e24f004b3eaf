//! Who is let in from outside, as intents.

mod ingress_without_tls;
mod load_balancer_service;
mod node_port_service;
mod service_external_ips;
mod unlisted_ingress_host;
mod wildcard_ingress_host;

use super::Intent;
use super::target::{Resources, WRITES};

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &ingress_without_tls::INTENT,
    &load_balancer_service::INTENT,
    &node_port_service::INTENT,
    &service_external_ips::INTENT,
    &unlisted_ingress_host::INTENT,
    &wildcard_ingress_host::INTENT,
];

const SERVICES: &[Resources] = &[Resources {
    group: "",
    version: "v1",
    names: &[("services", "Service")],
    operations: WRITES,
}];

const INGRESSES: &[Resources] = &[Resources {
    group: "networking.k8s.io",
    version: "v1",
    names: &[("ingresses", "Ingress")],
    operations: WRITES,
}];

/// The hosts of the rules of an Ingress; a rule for every host has an empty one.
const HOSTS: &str = "dyn(object).spec.?rules.orValue([]).map(r, r.?host.orValue(''))";

/// Whether an Ingress takes nothing but what its rules say.
const NAMES_ALL: &str =
    "!has(dyn(object).spec.defaultBackend) && size(dyn(object).spec.?rules.orValue([])) > 0";
