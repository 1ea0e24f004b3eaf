//! A seccomp filter must be chosen for every container.

use super::seccomp_profile_baseline::{default_of_pod, forbidden_types};
use crate::kubernetes::Level;
use crate::pod_security::message::containers;
use crate::pod_security::{Check, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "seccompProfile_restricted",
    level: Level::Restricted,
    summary: "containers have the seccomp profile RuntimeDefault or Localhost, of their own or the pod's",
    fields: &[
        "spec.securityContext.seccompProfile.type",
        "spec.containers[*].securityContext.seccompProfile.type",
    ],
    revisions: &[
        Revision::since(19, everywhere).overriding(&["seccompProfile_baseline"]),
        Revision::since(25, except_on_windows).overriding(&["seccompProfile_baseline"]),
    ],
};

fn everywhere<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut unset = Vec::new();
    if pod.security.seccomp.is_none() {
        let without = pod.containers.iter().filter(|it| it.security.seccomp.is_none());
        unset.extend(without.map(|container| container.name));
    }
    let forbidden = forbidden_types(pod);
    if unset.is_empty() {
        return forbidden;
    }
    let fault = default_of_pod(pod);
    // Upstream names these containers only when no type is forbidden; they are at fault all the
    // same.
    if let Some(mut violation) = forbidden {
        violation.faults.push(fault);
        return Some(violation);
    }
    let detail = format!(
        r#"pod or {} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost""#,
        containers(&unset)
    );
    Some(Violation { reason: "seccompProfile", detail, faults: vec![fault] })
}

fn except_on_windows<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.is_windows { None } else { everywhere(pod) }
}
