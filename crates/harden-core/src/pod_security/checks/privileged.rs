//! Containers must not be privileged, which switches most security mechanisms off.

use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "privileged",
    level: Level::Baseline,
    summary: "no container is privileged",
    fields: &["spec.containers[*].securityContext.privileged"],
    revisions: &[Revision::since(0, unprivileged)],
};

fn unprivileged<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    for container in &pod.containers {
        if container.security.privileged == Some(true) {
            let field = container.security.field("privileged");
            // In a pod for Windows the API server refuses the field.
            let fault = if pod.is_windows {
                Fault::remove(field)
            } else if container.must_be_privileged() {
                Fault::decide(field)
            } else {
                Fault::set(field, false)
            };
            culprits.add_container(container.name, fault);
        }
    }
    (!culprits.is_empty()).then(|| Violation {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", culprits.containers()),
        faults: culprits.faults,
    })
}
