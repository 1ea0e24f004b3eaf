//! Containers must be bound to run as users other than root.

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, containers};
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "runAsNonRoot",
    level: Level::Restricted,
    summary: "containers must run as non-root, by their own setting or the pod's",
    fields: &[
        "spec.securityContext.runAsNonRoot",
        "spec.containers[*].securityContext.runAsNonRoot",
    ],
    revisions: &[Revision::since(0, non_root), Revision::since(35, non_root_with_host_users)],
};

fn non_root<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut setting_false = Culprits::default();
    let mut unset = Vec::new();
    if pod.security.run_as_non_root == Some(false) {
        let field = pod.security.field("runAsNonRoot");
        setting_false.add_pod(Fault::set(field, true));
    }
    for container in &pod.containers {
        match container.security.run_as_non_root {
            Some(true) => {}
            Some(false) => {
                let field = container.security.field("runAsNonRoot");
                setting_false.add_container(container.name, Fault::set(field, true));
            }
            None if pod.security.run_as_non_root == Some(true) => {}
            None => unset.push(container.name),
        }
    }
    let reason = "runAsNonRoot != true";
    let mut faults = std::mem::take(&mut setting_false.faults);
    // Upstream names these containers only when nothing is set to false; they are at fault all the
    // same.
    if !unset.is_empty() && !setting_false.pod {
        faults.push(Fault::set(pod.security.field("runAsNonRoot"), true));
    }
    let detail = if !setting_false.is_empty() {
        format!("{} must not set securityContext.runAsNonRoot=false", setting_false.setters())
    } else if !unset.is_empty() {
        format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&unset))
    } else {
        return None;
    };
    Some(Violation { reason, detail, faults })
}

fn non_root_with_host_users<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.has_own_users() { None } else { non_root(pod) }
}
