//! Containers must drop all capabilities, and may add but the one to bind low ports.

use std::collections::BTreeSet;

use super::capabilities_baseline::{add_forbidden, must_not_include};
use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "capabilities_restricted",
    level: Level::Restricted,
    summary: "every container drops ALL capabilities and adds none but NET_BIND_SERVICE",
    fields: &[
        "spec.containers[*].securityContext.capabilities.drop",
        "spec.containers[*].securityContext.capabilities.add",
    ],
    revisions: &[
        Revision::since(22, everywhere).overriding(&["capabilities_baseline"]),
        Revision::since(25, except_on_windows).overriding(&["capabilities_baseline"]),
    ],
};

fn everywhere<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut keeping = Culprits::default();
    let mut adding = Culprits::default();
    let mut forbidden = BTreeSet::new();
    for container in &pod.containers {
        if !container.security.drops_all_capabilities {
            let field = container.security.field("capabilities.drop");
            keeping.add_container(container.name, Fault::set(field, ["ALL"]));
        }
        add_forbidden(container, |it| it == "NET_BIND_SERVICE", &mut adding, &mut forbidden);
    }
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!(
            r#"{} must set securityContext.capabilities.drop=["ALL"]"#,
            keeping.containers()
        ));
    }
    if !adding.is_empty() {
        details.push(must_not_include(&adding, &forbidden));
    }
    if details.is_empty() {
        return None;
    }
    let mut faults = keeping.faults;
    faults.append(&mut adding.faults);
    Some(Violation { reason: "unrestricted capabilities", detail: details.join("; "), faults })
}

fn except_on_windows<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.is_windows { None } else { everywhere(pod) }
}
