//! Containers of Windows nodes must not run as processes of the node.

use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Fault, Pod, Revision, SecurityContext, Violation};

pub(super) static CHECK: Check = Check {
    id: "windowsHostProcess",
    level: Level::Baseline,
    summary: "no Windows container is a process of the node",
    fields: &[
        "spec.securityContext.windowsOptions.hostProcess",
        "spec.containers[*].securityContext.windowsOptions.hostProcess",
    ],
    revisions: &[Revision::since(0, no_host_process)],
};

fn no_host_process<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let fault = |context: &SecurityContext<'d>| {
        Fault::set(context.field("windowsOptions.hostProcess"), false)
    };
    let mut culprits = Culprits::default();
    if pod.security.is_host_process {
        culprits.add_pod(fault(&pod.security));
    }
    for container in pod.containers.iter().filter(|it| it.security.is_host_process) {
        culprits.add_container(container.name, fault(&container.security));
    }
    (!culprits.is_empty()).then(|| Violation {
        reason: "hostProcess",
        detail: format!(
            "{} must not set securityContext.windowsOptions.hostProcess=true",
            culprits.setters()
        ),
        faults: culprits.faults,
    })
}
