//! Pods must not share the network, processes or IPC of their node.

use crate::kubernetes::Level;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "hostNamespaces",
    level: Level::Baseline,
    summary: "pods share no namespace of the node: neither network, nor processes, nor IPC",
    fields: &["spec.hostNetwork", "spec.hostPID", "spec.hostIPC"],
    revisions: &[Revision::since(0, own_namespaces)],
};

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
        faults: shared().map(|key| Fault::set(pod.spec.at(key), false)).collect(),
    })
}
