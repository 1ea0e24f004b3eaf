//! Pods must not share the network, processes or IPC of their node.

use std::net::IpAddr;

use harden_yaml::{Action, Place};

use super::host_probes_and_host_lifecycle::hosts_of;
use crate::kubernetes::Level;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "hostNamespaces",
    level: Level::Baseline,
    summary: "pods share no namespace of the node: neither network, nor processes, nor IPC",
    fields: &["spec.hostNetwork", "spec.hostPID", "spec.hostIPC"],
    revisions: &[Revision::since(0, own_namespaces)],
};

/// A namespace of its own. Outside of the network of the node the API server refuses processes of a Windows
/// node, and loopback is another one than that which the kubelet asks.
pub(super) fn own<'d>(pod: &Pod<'d>, key: &'static str) -> Fault<'d> {
    let fault = Fault::set(pod.spec.at(key), false);
    if key == "hostNetwork" { fault.with(without_network(pod)) } else { fault }
}

/// What has to change along with a network of its own.
fn without_network<'d>(pod: &Pod<'d>) -> Vec<(Place<'d>, Action)> {
    let contexts = pod.containers.iter().map(|it| &it.security).chain([&pod.security]);
    let processes = contexts.filter(|it| it.is_host_process);
    let processes =
        processes.map(|it| (it.field("windowsOptions.hostProcess"), Action::set(false)));
    let asking = pod.containers.iter().filter(|it| it.has_handler_hosts);
    let loopback = asking.flat_map(hosts_of).filter(|(host, _)| is_loopback(host));
    processes.chain(loopback.map(|(_, place)| (place, Action::Remove))).collect()
}

/// The same, as what has to change along with something else.
pub(super) fn own_network<'d>(pod: &Pod<'d>) -> Vec<(Place<'d>, Action)> {
    let own = (pod.spec.at("hostNetwork"), Action::set(false));
    [own].into_iter().chain(without_network(pod)).collect()
}

fn is_loopback(host: &str) -> bool {
    let is_loopback = |it: IpAddr| it.is_loopback() || it.is_unspecified();
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}

fn own_namespaces<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if !(pod.host_network || pod.host_pid || pod.host_ipc) {
        return None;
    }
    let fields =
        [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)];
    let shared = || fields.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key);
    let settings: Vec<_> = shared().map(|key| format!("{key}=true")).collect();
    Some(Violation {
        reason: "host namespaces",
        detail: settings.join(", "),
        faults: shared().map(|key| own(pod, key)).collect(),
    })
}
