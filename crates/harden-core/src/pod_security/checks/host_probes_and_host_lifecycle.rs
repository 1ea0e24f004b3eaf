//! Probes and lifecycle handlers must not make the kubelet connect to other hosts.

use std::collections::BTreeSet;

use harden_yaml::Place;

use crate::kubernetes::Level;
use crate::pod_security::message::{plural, quoted};
use crate::pod_security::{Check, Container, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "hostProbesAndHostLifecycle",
    level: Level::Baseline,
    summary: "probes and lifecycle handlers name no host",
    fields: &[
        "spec.containers[*].livenessProbe.httpGet.host",
        "spec.containers[*].livenessProbe.tcpSocket.host",
        "spec.containers[*].readinessProbe.httpGet.host",
        "spec.containers[*].readinessProbe.tcpSocket.host",
        "spec.containers[*].startupProbe.httpGet.host",
        "spec.containers[*].startupProbe.tcpSocket.host",
        "spec.containers[*].lifecycle.postStart.httpGet.host",
        "spec.containers[*].lifecycle.postStart.tcpSocket.host",
        "spec.containers[*].lifecycle.preStop.httpGet.host",
        "spec.containers[*].lifecycle.preStop.tcpSocket.host",
    ],
    revisions: &[Revision::since(34, no_hosts)],
};

const HANDLERS: [&str; 5] =
    ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

/// The hosts that the handlers of a container name.
pub(super) fn hosts_of<'d>(container: &Container<'d>) -> impl Iterator<Item = (&'d str, Place<'d>)> {
    let handlers = HANDLERS.map(|handler| container.place().follow(handler));
    let actions = handlers.into_iter().flat_map(|it| ["httpGet", "tcpSocket"].map(|key| it.at(key)));
    actions.filter_map(|action| {
        let field = action.at("host");
        Some((field.as_str().filter(|host| !host.is_empty())?, field))
    })
}

fn no_hosts<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    // This check alone names containers sorted, and each name once.
    let mut names = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    let mut faults = Vec::new();
    for container in pod.containers.iter().filter(|container| container.has_handler_hosts) {
        for (host, field) in hosts_of(container) {
            names.insert(container.name);
            hosts.insert(host);
            faults.push(Fault::remove(field));
        }
    }
    if names.is_empty() {
        return None;
    }
    let detail = format!(
        "{} {} {} {} {}",
        plural(names.len(), "container", "containers"),
        quoted(&names),
        plural(names.len(), "uses", "use"),
        plural(hosts.len(), "probe or lifecycle host", "probe or lifecycle hosts"),
        quoted(&hosts)
    );
    Some(Violation { reason: "probe or lifecycle host", detail, faults })
}
