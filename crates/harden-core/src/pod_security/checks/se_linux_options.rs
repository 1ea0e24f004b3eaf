//! SELinux types are limited to those for containers; users and roles must not be set.

use std::collections::BTreeSet;

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, plural, quoted};
use crate::pod_security::{Check, Fault, Pod, Revision, SecurityContext, Violation};

pub(super) static CHECK: Check = Check {
    id: "seLinuxOptions",
    level: Level::Baseline,
    summary: "SELinux types are those for containers, and neither user nor role is set",
    fields: &[
        "spec.securityContext.seLinuxOptions.type",
        "spec.securityContext.seLinuxOptions.user",
        "spec.securityContext.seLinuxOptions.role",
        "spec.containers[*].securityContext.seLinuxOptions.type",
        "spec.containers[*].securityContext.seLinuxOptions.user",
        "spec.containers[*].securityContext.seLinuxOptions.role",
    ],
    revisions: &[Revision::since(0, container_types), Revision::since(31, engine_type_too)],
};

fn container_types<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_types(pod, |kind| {
        matches!(kind, "" | "container_t" | "container_init_t" | "container_kvm_t")
    })
}

fn engine_type_too<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    allowed_types(pod, |kind| {
        matches!(
            kind,
            "" | "container_t" | "container_init_t" | "container_kvm_t" | "container_engine_t"
        )
    })
}

fn allowed_types<'d>(pod: &Pod<'d>, is_allowed: fn(&str) -> bool) -> Option<Violation<'d>> {
    let mut found = Found::default();
    let sets_in_pod = found.add(&pod.security, is_allowed);
    let mut culprits = Culprits { pod: sets_in_pod, ..Culprits::default() };
    for container in &pod.containers {
        if found.add(&container.security, is_allowed) {
            culprits.containers.push(container.name);
        }
    }
    if culprits.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !found.types.is_empty() {
        let count = found.types.len();
        parts.push(format!("{} {}", plural(count, "type", "types"), quoted(&found.types)));
    }
    if found.user {
        parts.push("user may not be set".to_owned());
    }
    if found.role {
        parts.push("role may not be set".to_owned());
    }
    let detail = format!(
        "{} set forbidden securityContext.seLinuxOptions: {}",
        culprits.setters(),
        parts.join("; ")
    );
    Some(Violation { reason: "seLinuxOptions", detail, faults: found.faults })
}

#[derive(Default)]
struct Found<'d> {
    types: BTreeSet<&'d str>,
    user: bool,
    role: bool,
    faults: Vec<Fault<'d>>,
}

impl<'d> Found<'d> {
    /// Notes what is forbidden in a security context, and says whether anything is.
    fn add(&mut self, context: &SecurityContext<'d>, is_allowed: fn(&str) -> bool) -> bool {
        let Some(options) = context.se_linux else { return false };
        let before = self.faults.len();
        if !is_allowed(options.kind) {
            self.types.insert(options.kind);
            self.faults.push(Fault::remove(context.field("seLinuxOptions.type")));
        }
        if !options.user.is_empty() {
            self.user = true;
            self.faults.push(Fault::remove(context.field("seLinuxOptions.user")));
        }
        if !options.role.is_empty() {
            self.role = true;
            self.faults.push(Fault::remove(context.field("seLinuxOptions.role")));
        }
        self.faults.len() > before
    }
}
