//! Containers must not be able to gain privileges, for example by set-user-ID programs.

use harden_yaml::{Action, Place};

use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, SecurityContext, Violation};

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
            let is_privileged = container.security.privileged == Some(true);
            let fault = if is_privileged && container.must_be_privileged() {
                Fault::decide(field)
            } else {
                Fault::set(field, false).with(refused(&container.security)).on_linux(pod)
            };
            culprits.add_container(container.name, fault);
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

/// What the API server refuses beside it, and what becomes of that.
fn refused<'d>(context: &SecurityContext<'d>) -> Vec<(Place<'d>, Action)> {
    let privileged = (context.privileged == Some(true)).then(|| context.field("privileged"));
    let mut refused: Vec<_> =
        privileged.into_iter().map(|it| (it, Action::set(false))).collect();
    if context.adds_capabilities {
        let added = context.field("capabilities.add").items();
        let admin = added.filter(|it| it.as_str() == Some("CAP_SYS_ADMIN"));
        refused.extend(admin.map(|it| (it, Action::Remove)));
    }
    refused
}

fn except_on_windows<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.is_windows { None } else { everywhere(pod) }
}
