//! Containers must not be told to run as root.

use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "runAsUser",
    level: Level::Restricted,
    summary: "neither pod nor containers set runAsUser to 0",
    fields: &["spec.securityContext.runAsUser", "spec.containers[*].securityContext.runAsUser"],
    revisions: &[Revision::since(23, not_zero), Revision::since(35, not_zero_with_host_users)],
};

fn not_zero<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    if pod.security.run_as_user == Some(0) {
        culprits.add_pod(Fault::remove(pod.security.field("runAsUser")));
    }
    for container in &pod.containers {
        if container.security.run_as_user == Some(0) {
            let field = container.security.field("runAsUser");
            culprits.add_container(container.name, Fault::remove(field));
        }
    }
    (!culprits.is_empty()).then(|| Violation {
        reason: "runAsUser=0",
        detail: format!("{} must not set runAsUser=0", culprits.setters()),
        faults: culprits.faults,
    })
}

fn not_zero_with_host_users<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.has_own_users() { None } else { not_zero(pod) }
}
