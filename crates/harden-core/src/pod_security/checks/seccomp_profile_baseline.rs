//! The seccomp filter must not be switched off.

use std::collections::BTreeSet;

use harden_yaml::{Action, Place};

use crate::kubernetes::Level;
use crate::pod_security::message::{Culprits, go_quoted, plural, quoted};
use crate::pod_security::pod::{SECCOMP_POD, SECCOMP_PREFIX};
use crate::pod_security::{Check, Fault, Pod, Revision, SecurityContext, Violation};

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
    if let Some(kind) = pod.security.seccomp.filter(|kind| !is_allowed_type(kind)) {
        culprits.add_pod(default_of_pod(pod));
        types.insert(kind);
    }
    for container in &pod.containers {
        if let Some(kind) = container.security.seccomp.filter(|kind| !is_allowed_type(kind)) {
            let key = format!("{SECCOMP_PREFIX}{}", container.name);
            culprits.add_container(container.name, default(pod, &container.security, &key));
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

/// The pod's own profile becomes the runtime's.
pub(super) fn default_of_pod<'d>(pod: &Pod<'d>) -> Fault<'d> {
    default(pod, &pod.security, SECCOMP_POD)
}

/// A profile becomes the runtime's. The API server refuses an annotation beside it that asks for another one.
fn default<'d>(pod: &Pod<'d>, context: &SecurityContext<'d>, annotation: &str) -> Fault<'d> {
    let is_other = |it: &Place<'_>| !matches!(it.as_str(), Some("runtime/default" | "docker/default"));
    let annotation = pod.annotations.get(annotation).filter(|_| pod.has_seccomp_annotations);
    Fault::default_profile(context, "seccompProfile")
        .with(annotation.filter(is_other).map(|it| (it, Action::Remove)))
        .on_linux(pod)
}

fn is_allowed_type(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

fn is_allowed_annotation(value: &str) -> bool {
    matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
}
