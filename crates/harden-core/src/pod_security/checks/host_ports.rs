//! Containers must not take ports of their node.

use std::collections::BTreeSet;

use harden_yaml::Place;

use super::host_namespaces;
use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, plural};
use crate::pod_security::{Check, Container, ContainerKind, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "hostPorts",
    level: Level::Baseline,
    summary: "no container port is a host port",
    fields: &["spec.containers[*].ports[*].hostPort"],
    revisions: &[Revision::since(0, no_host_ports)],
};

fn no_host_ports<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    // Sorted as text, as upstream sorts them.
    let mut numbers = BTreeSet::new();
    let takes_any = |it: &&Container<'_>| it.has_host_ports || pod.defaults_host_ports && it.has_ports;
    for container in pod.containers.iter().filter(takes_any) {
        let mut takes = false;
        for port in container.place().at("ports").items() {
            let Some((number, fault)) = host_port(pod, container, port) else { continue };
            takes = true;
            numbers.insert(number.to_string());
            culprits.faults.push(fault);
        }
        if takes {
            culprits.containers.push(container.name);
        }
    }
    if culprits.is_empty() {
        return None;
    }
    let count = culprits.containers.len();
    let ports = plural(numbers.len(), "hostPort", "hostPorts");
    let detail = format!(
        "{} {} {ports} {}",
        culprits.containers(),
        plural(count, "uses", "use"),
        numbers.into_iter().collect::<Vec<_>>().join(", ")
    );
    Some(Violation { reason: "hostPort", detail, faults: culprits.faults })
}

fn host_port<'d>(
    pod: &Pod<'d>,
    container: &Container<'d>,
    port: Place<'d>,
) -> Option<(i64, Fault<'d>)> {
    let written = port.at("hostPort");
    match written.as_i64() {
        Some(0) | None => {}
        Some(number) => {
            let fault = Fault::remove(written);
            // In the network of the node, the API server would put it there again.
            let is_put_back = pod.defaults_host_ports && port.at("containerPort").as_i64() != Some(0);
            let along = if is_put_back { host_namespaces::own_network(pod) } else { Vec::new() };
            return Some((number, fault.with(along)));
        }
    }
    if !pod.defaults_host_ports || container.kind == ContainerKind::Ephemeral {
        return None;
    }
    let number = port.at("containerPort").as_i64().filter(|number| *number != 0)?;
    Some((number, host_namespaces::own(pod, "hostNetwork")))
}
