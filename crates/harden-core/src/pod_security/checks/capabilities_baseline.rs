//! Containers must not add capabilities beyond the default set.

use std::collections::BTreeSet;

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, quoted};
use crate::pod_security::{Check, Container, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "capabilities_baseline",
    level: Level::Baseline,
    summary: "containers add no capability beyond the default set",
    fields: &["spec.containers[*].securityContext.capabilities.add"],
    revisions: &[Revision::since(0, default_set)],
};

/// The capabilities that containers may add at baseline.
pub const DEFAULT_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn default_set<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut adding = Culprits::default();
    let mut forbidden = BTreeSet::new();
    for container in &pod.containers {
        add_forbidden(container, |it| DEFAULT_CAPABILITIES.contains(&it), &mut adding, &mut forbidden);
    }
    (!adding.is_empty()).then(|| Violation {
        reason: "non-default capabilities",
        detail: must_not_include(&adding, &forbidden),
        faults: adding.faults,
    })
}

/// Notes a container that adds capabilities other than the allowed ones.
pub(super) fn add_forbidden<'d>(
    container: &Container<'d>,
    is_allowed: impl Fn(&str) -> bool,
    adding: &mut Culprits<'d>,
    forbidden: &mut BTreeSet<&'d str>,
) {
    if !container.security.adds_capabilities {
        return;
    }
    let mut adds = false;
    for item in container.security.field("capabilities.add").items() {
        let capability = item.as_str().unwrap_or("");
        if !is_allowed(capability) {
            adds = true;
            forbidden.insert(capability);
            adding.faults.push(Fault::remove(item));
        }
    }
    if adds {
        adding.containers.push(container.name);
    }
}

/// `container "a" must not include "X", "Y" in securityContext.capabilities.add`.
pub(super) fn must_not_include(adding: &Culprits<'_>, forbidden: &BTreeSet<&str>) -> String {
    format!(
        "{} must not include {} in securityContext.capabilities.add",
        adding.containers(),
        quoted(forbidden)
    )
}
