//! The seccomp filter must not be switched off.

use std::collections::BTreeSet;

use harden_yaml::Place;

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, go_quoted, plural, quoted};
use crate::pod_security::pod::{SECCOMP_POD, SECCOMP_PREFIX};
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "seccompProfile_baseline",
    level: Level::Baseline,
    summary: "seccomp profiles are RuntimeDefault or Localhost, where they are set",
    fields: &[
        "metadata.annotations[\"seccomp.security.alpha.kubernetes.io/pod\"]",
        "metadata.annotations[\"container.seccomp.security.alpha.kubernetes.io/*\"]",
        "spec.securityContext.seccompProfile.type",
        "spec.containers[*].securityContext.seccompProfile.type",
    ],
    revisions: &[Revision::since(0, annotations), Revision::since(19, forbidden_types)],
};

fn annotations<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    if !pod.has_seccomp_annotations {
        return None;
    }
    let mut forbidden = BTreeSet::new();
    let mut faults = Vec::new();
    let mut judge = |key: &str, place: Place<'d>| {
        let value = place.as_str().unwrap_or("");
        if !is_allowed_annotation(value) && forbidden.insert(format!("{key}={}", go_quoted(value)))
        {
            faults.push(Fault::set(place, "runtime/default"));
        }
    };
    if let Some(place) = pod.annotations.get(SECCOMP_POD) {
        judge(SECCOMP_POD, place);
    }
    for container in &pod.containers {
        let key = format!("{SECCOMP_PREFIX}{}", container.name);
        if let Some(place) = pod.annotations.get(&key) {
            judge(&key, place);
        }
    }
    if forbidden.is_empty() {
        return None;
    }
    let noun = plural(forbidden.len(), "annotation", "annotations");
    let list = forbidden.into_iter().collect::<Vec<_>>().join(", ");
    let detail = format!("forbidden {noun} {list}");
    Some(Violation { reason: "seccompProfile", detail, faults })
}

/// Types other than the allowed ones, wherever they are set.
pub(super) fn forbidden_types<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut culprits = Culprits::default();
    let mut types = BTreeSet::new();
    let fault =
        |field: Place<'d>| Fault::set(field, "RuntimeDefault");
    if let Some(kind) = pod.security.seccomp.filter(|kind| !is_allowed_type(kind)) {
        culprits.add_pod(fault(pod.security.field("seccompProfile.type")));
        types.insert(kind);
    }
    for container in &pod.containers {
        if let Some(kind) = container.security.seccomp.filter(|kind| !is_allowed_type(kind)) {
            let field = container.security.field("seccompProfile.type");
            culprits.add_container(container.name, fault(field));
            types.insert(kind);
        }
    }
    if culprits.is_empty() {
        return None;
    }
    let detail = format!(
        "{} must not set securityContext.seccompProfile.type to {}",
        culprits.setters(),
        quoted(&types)
    );
    Some(Violation { reason: "seccompProfile", detail, faults: culprits.faults })
}

fn is_allowed_type(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

fn is_allowed_annotation(value: &str) -> bool {
    matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
}
