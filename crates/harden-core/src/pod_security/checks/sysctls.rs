//! Pods may set kernel parameters only where they reach no further than the pod.

use crate::kubernetes::Level;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "sysctls",
    level: Level::Baseline,
    summary: "sysctls are those that reach no further than the pod",
    fields: &["spec.securityContext.sysctls[*].name"],
    revisions: &[
        Revision::since(0, allowed_in_1_0),
        Revision::since(27, allowed_in_1_27),
        Revision::since(29, allowed_in_1_29),
        Revision::since(32, allowed_in_1_32),
        Revision::since(37, allowed_in_1_37),
    ],
};

/// Every allowed sysctl with the minor version of the first policy that allows it.
pub const ALLOWED_SYSCTLS: [(&str, u16); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

fn allowed_in_1_0<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_in(pod, 0)
}

fn allowed_in_1_27<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_in(pod, 27)
}

fn allowed_in_1_29<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_in(pod, 29)
}

fn allowed_in_1_32<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_in(pod, 32)
}

fn allowed_in_1_37<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_in(pod, 37)
}

fn allowed_in<'d>(pod: &Pod<'d>, minor: u16) -> Option<Violation<'d>> {
    if !pod.security.has_sysctls {
        return None;
    }
    let mut names = Vec::new();
    let mut faults = Vec::new();
    for sysctl in pod.security.field("sysctls").items() {
        let name = sysctl.at("name").as_str().unwrap_or("");
        if !ALLOWED_SYSCTLS.iter().any(|(allowed, since)| *allowed == name && *since <= minor) {
            names.push(name);
            faults.push(Fault::remove(sysctl));
        }
    }
    (!names.is_empty()).then(|| Violation {
        reason: "forbidden sysctls",
        detail: names.join(", "),
        faults,
    })
}
