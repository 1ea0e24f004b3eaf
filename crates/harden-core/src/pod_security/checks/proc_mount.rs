//! The masks over /proc must stay, unless the pod has users of its own.

use std::collections::BTreeSet;

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, quoted};
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "procMount",
    level: Level::Baseline,
    summary: "containers leave the masks over /proc in place, unless the pod has users of its own",
    fields: &["spec.containers[*].securityContext.procMount"],
    revisions: &[Revision::since(0, masked), Revision::since(35, masked_with_host_users)],
};

pub(super) fn masked<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    let mut types = BTreeSet::new();
    for container in &pod.containers {
        if let Some(kind) = container.security.proc_mount.filter(|kind| *kind != "Default") {
            let field = container.security.field("procMount");
            // In a pod for Windows the API server refuses the field.
            let fault =
                if pod.is_windows { Fault::remove(field) } else { Fault::set_word(field, "Default", &["Unmasked"]) };
            culprits.add_container(container.name, fault);
            types.insert(kind);
        }
    }
    if culprits.is_empty() {
        return None;
    }
    let detail = format!(
        "{} must not set securityContext.procMount to {}",
        culprits.containers(),
        quoted(&types)
    );
    Some(Violation { reason: "procMount", detail, faults: culprits.faults })
}

fn masked_with_host_users<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.has_own_users() { None } else { masked(pod) }
}
