//! Containers must not be able to gain privileges, for example by set-user-ID programs.

use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "allowPrivilegeEscalation",
    level: Level::Restricted,
    summary: "every container sets allowPrivilegeEscalation to false",
    fields: &["spec.containers[*].securityContext.allowPrivilegeEscalation"],
    revisions: &[Revision::since(8, everywhere), Revision::since(25, except_on_windows)],
};

fn everywhere<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    for container in &pod.containers {
        if container.security.allow_privilege_escalation != Some(false) {
            let field = container.security.field("allowPrivilegeEscalation");
            culprits.add_container(container.name, Fault::set(field, false));
        }
    }
    if culprits.is_empty() {
        return None;
    }
    let detail = format!(
        "{} must set securityContext.allowPrivilegeEscalation=false",
        culprits.containers()
    );
    let reason = "allowPrivilegeEscalation != false";
    Some(Violation { reason, detail, faults: culprits.faults })
}

fn except_on_windows<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.is_windows { None } else { everywhere(pod) }
}
