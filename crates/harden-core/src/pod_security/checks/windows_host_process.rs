//! Containers of Windows nodes must not run as processes of the node.

use harden_yaml::Action;

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
    // Of a pod either all containers are such processes or none is, so that none is mended without the others.
    let set = |context: &SecurityContext<'d>| context.field("windowsOptions.hostProcess");
    let contexts = std::iter::once(&pod.security).chain(pod.containers.iter().map(|it| &it.security));
    let fields: Vec<_> = contexts.filter(|it| it.is_host_process).map(set).collect();
    let fault = |context: &SecurityContext<'d>| {
        let field = set(context);
        let others = fields.iter().filter(|it| !it.is_at(&field));
        Fault::set(field, false).with(others.map(|it| (*it, Action::set(false))))
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
