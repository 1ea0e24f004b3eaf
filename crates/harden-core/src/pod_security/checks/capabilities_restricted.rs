//! Containers must drop all capabilities, and may add but the one to bind low ports.

use std::collections::BTreeSet;

use harden_yaml::{Action, Place};

use super::capabilities_baseline::{add_forbidden, must_not_include};
use crate::kubernetes::Level;
use crate::pod_security::message::Culprits;
use crate::pod_security::{Check, Container, Fault, Pod, Revision, Violation};

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
            let fault = Fault::set(field, ["ALL"]).with(to_listen(container)).on_linux(pod);
            keeping.add_container(container.name, fault);
        }
        add_forbidden(container, |it| it == TO_LISTEN, &mut adding, &mut forbidden);
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

/// The capability without which nobody but root listens on a low port, and without all others not even root.
const TO_LISTEN: &str = "NET_BIND_SERVICE";

/// What a container needs that listens on a low port, unless it has that.
fn to_listen<'d>(container: &Container<'d>) -> Option<(Place<'d>, Action)> {
    let is_low = |port: Place<'_>| {
        port.at("containerPort").as_i64().is_some_and(|it| (1..1024).contains(&it))
    };
    if !container.has_ports || !container.place().at("ports").items().any(is_low) {
        return None;
    }
    let added = container.security.field("capabilities.add");
    if added.is_empty() {
        return Some((added, Action::set([TO_LISTEN])));
    }
    let has_it = added.items().any(|it| it.as_str() == Some(TO_LISTEN));
    (!has_it).then(|| (added, Action::Append(TO_LISTEN.into())))
}

fn except_on_windows<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if pod.is_windows { None } else { everywhere(pod) }
}
