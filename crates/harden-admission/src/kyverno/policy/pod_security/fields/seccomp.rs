//! Seccomp profiles, in fields and in the annotations before them.

use harden_core::kubernetes::MinorVersion;
use serde_json::Value;

use super::super::super::field::{map, text};
use super::super::shown;
use super::{Container, Errors};

pub(super) fn check(
    id: &str,
    pod: &Value,
    security: &Value,
    containers: &[Container<'_>],
    version: MinorVersion,
    errors: &mut Errors,
) {
    const FIELD: &str = "securityContext.seccompProfile.type";
    let is_restricted = id == "seccompProfile_restricted";
    if !is_restricted && version.0 < 19 {
        return check_annotations(pod, containers, errors);
    }
    let kind = |it: &Value| {
        let profile = it.get("seccompProfile").filter(|it| it.is_object())?;
        Some(text(profile, "type").to_owned())
    };
    let is_allowed = |it: &str| matches!(it, "RuntimeDefault" | "Localhost");
    let of_pod = kind(security);
    if let Some(kind) = of_pod.as_ref().filter(|it| !is_allowed(it)) {
        errors.of_pod(&format!("spec.{FIELD}"), kind);
    }
    let mut is_forbidden = of_pod.as_ref().is_some_and(|it| !is_allowed(it));
    for it in containers {
        if let Some(kind) = kind(it.security).filter(|it| !is_allowed(it)) {
            errors.of(it, FIELD, &kind);
            is_forbidden = true;
        }
    }
    // What is missing is said only where nothing is forbidden.
    if is_restricted && !is_forbidden && of_pod.is_none() {
        for it in containers.iter().filter(|it| kind(it.security).is_none()) {
            errors.required(it, FIELD);
        }
    }
}

fn check_annotations(pod: &Value, containers: &[Container<'_>], errors: &mut Errors) {
    const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
    const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
    let annotations = pod.get("metadata").and_then(|it| map(it, "annotations"));
    let keys = containers.iter().map(|it| format!("{CONTAINER}{}", it.name));
    for key in [POD.to_owned()].into_iter().chain(keys) {
        let value = annotations.and_then(|it| it.get(&key)).map(shown);
        let is_allowed = |it: &str| {
            matches!(it, "runtime/default" | "docker/default") || it.starts_with("localhost/")
        };
        if let Some(value) = value.filter(|it| !is_allowed(it)) {
            errors.of_pod(&format!("metadata.annotations[{key}]"), &value);
        }
    }
}
