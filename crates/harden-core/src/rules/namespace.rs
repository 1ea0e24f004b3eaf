//! What a namespace bounds and defends.

mod default_service_account_token;
mod invalid_pod_security_label;
mod limit_range_rejects_claim;
mod missing;
mod missing_limit_range;
mod missing_pod_security_labels;
mod missing_resource_quota;
mod pod_security_version_without_level;
mod privileged_namespace;
mod quota_rejects_object;
mod unknown_pod_security_label;
mod unpinned_pod_security_version;
mod weaker_pod_security_warnings;

use harden_yaml::{Action, Place};

use crate::kubernetes::MinorVersion;
use crate::object::Object;
use crate::pod_security::Mode;
use crate::rule::{Edits, Rule};

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &default_service_account_token::RULE,
    &invalid_pod_security_label::RULE,
    &limit_range_rejects_claim::RULE,
    &missing_limit_range::RULE,
    &missing_pod_security_labels::RULE,
    &missing_resource_quota::RULE,
    &pod_security_version_without_level::RULE,
    &privileged_namespace::RULE,
    &quota_rejects_object::RULE,
    &unknown_pod_security_label::RULE,
    &unpinned_pod_security_version::RULE,
    &weaker_pod_security_warnings::RULE,
];

/// Whether an object is a Namespace that is not the system's own.
fn is_namespace(object: &Object<'_>) -> bool {
    object.is("", "Namespace") && !object.name().is_empty() && !is_system(object.name())
}

/// Whether Kubernetes makes a namespace for itself; what runs there is for those who run the cluster.
fn is_system(name: &str) -> bool {
    name.starts_with("kube-")
}

fn labels<'d>(object: &Object<'d>) -> Place<'d> {
    object.place.at("metadata").at("labels")
}

/// What makes a namespace enforce a level, in a version that upgrades do not change.
fn enforcing<'d>(labels: Place<'d>, level: &str, version: MinorVersion) -> Edits<'d> {
    let enforce = labels.at(Mode::Enforce.level_label());
    [(enforce, Action::set(level))].into_iter().chain(pinned(labels, version)).collect()
}

/// What pins the version of the level that a namespace enforces, if it is not pinned.
fn pinned(labels: Place<'_>, version: MinorVersion) -> Option<(Place<'_>, Action)> {
    let pin = labels.at(Mode::Enforce.version_label());
    let is_open = !pin.exists() || pin.as_str() == Some("latest");
    is_open.then(|| (pin, Action::set(version.to_string())))
}
