//! Files that the API server reads: EncryptionConfiguration, audit policies, AdmissionConfiguration.
//!
//! A file that the server rejects is one rule's finding; the others judge only what it takes.

mod admission_configuration_refused;
mod admission_default_privileged;
mod admission_exempt_namespace_labelled;
mod admission_exemption_never_matches;
mod admission_exemption_too_wide;
mod admission_path_ignored;
mod admission_plugin_repeated;
mod admission_plugin_unknown;
mod audit_administrators_unlogged;
mod audit_config_map_bodies;
mod audit_exec_unlogged;
mod audit_field_ignored;
mod audit_namespace_never_matches;
mod audit_no_catch_all;
mod audit_outcome_omitted;
mod audit_path_never_matches;
mod audit_permission_changes_unlogged;
mod audit_policy_refused;
mod audit_read_bodies_logged;
mod audit_request_received_logged;
mod audit_resource_never_matches;
mod audit_rule_unreachable;
mod audit_secret_bodies;
mod audit_secrets_unlogged;
mod audit_subject_never_matches;
mod audit_verb_never_matches;
mod configuration_document_ignored;
mod configuration_type_missing;
mod encryption_configuration_refused;
mod encryption_guessable_key;
mod encryption_identity_first;
mod encryption_key_name_ambiguous;
mod encryption_nonce_reuse;
mod encryption_repeated_provider;
mod encryption_repeated_resource;
mod encryption_resource_unknown;
mod encryption_secrets_left_out;
mod encryption_short_key;
mod encryption_socket_misread;
mod encryption_unauthenticated;
mod unlogged;

use std::collections::BTreeMap;

use harden_yaml::{Action, Place};
use rustc_hash::FxHashSet;

use crate::configuration::admission::{AdmissionConfiguration, PodSecurityConfiguration};
use crate::configuration::audit::{self, AuditPolicy, Criterion, Sensitive};
use crate::configuration::encryption::EncryptionConfiguration;
use crate::configuration::{Fault, Rejection};
use crate::kubernetes::MinorVersion;
use crate::object::Object;
use crate::rule::{Reporter, Rule, ServerFiles};

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &admission_configuration_refused::RULE,
    &admission_default_privileged::RULE,
    &admission_exempt_namespace_labelled::RULE,
    &admission_exemption_never_matches::RULE,
    &admission_exemption_too_wide::RULE,
    &admission_path_ignored::RULE,
    &admission_plugin_repeated::RULE,
    &admission_plugin_unknown::RULE,
    &audit_administrators_unlogged::RULE,
    &audit_config_map_bodies::RULE,
    &audit_exec_unlogged::RULE,
    &audit_field_ignored::RULE,
    &audit_namespace_never_matches::RULE,
    &audit_no_catch_all::RULE,
    &audit_outcome_omitted::RULE,
    &audit_path_never_matches::RULE,
    &audit_permission_changes_unlogged::RULE,
    &audit_policy_refused::RULE,
    &audit_read_bodies_logged::RULE,
    &audit_request_received_logged::RULE,
    &audit_resource_never_matches::RULE,
    &audit_rule_unreachable::RULE,
    &audit_secret_bodies::RULE,
    &audit_secrets_unlogged::RULE,
    &audit_subject_never_matches::RULE,
    &audit_verb_never_matches::RULE,
    &configuration_document_ignored::RULE,
    &configuration_type_missing::RULE,
    &encryption_configuration_refused::RULE,
    &encryption_guessable_key::RULE,
    &encryption_identity_first::RULE,
    &encryption_key_name_ambiguous::RULE,
    &encryption_nonce_reuse::RULE,
    &encryption_repeated_provider::RULE,
    &encryption_repeated_resource::RULE,
    &encryption_resource_unknown::RULE,
    &encryption_secrets_left_out::RULE,
    &encryption_short_key::RULE,
    &encryption_socket_misread::RULE,
    &encryption_unauthenticated::RULE,
];

/// The EncryptionConfiguration that an object is, if the server takes it.
fn encryption<'r, 'd>(
    object: &Object<'d>,
    reporter: &Reporter<'r, 'd>,
) -> Option<&'r EncryptionConfiguration<'d>> {
    reporter.files()?.encryption(object, reporter.version())?.as_ref().ok()
}

/// The audit policy that an object is, if the server takes it.
fn audit_policy<'r, 'd>(
    object: &Object<'d>,
    reporter: &Reporter<'r, 'd>,
) -> Option<&'r AuditPolicy<'d>> {
    if !object.is("audit.k8s.io", "Policy") {
        return None;
    }
    reporter.files()?.audit(object, reporter.version())?.as_ref().ok()
}

/// The AdmissionConfiguration that an object is, if the server takes it.
fn admission<'r, 'd>(
    object: &Object<'d>,
    reporter: &Reporter<'r, 'd>,
) -> Option<&'r AdmissionConfiguration<'d>> {
    reporter.files()?.admission(object, reporter.version())?.as_ref().ok()
}

/// What PodSecurity is told by an object, in a file of its own or inside another.
fn pod_security<'r, 'd>(
    object: &Object<'d>,
    files: &'r ServerFiles<'d>,
    version: MinorVersion,
) -> Option<&'r PodSecurityConfiguration<'d>> {
    match files.pod_security(object) {
        Some(own) => own.as_ref().ok(),
        None => files.admission(object, version)?.as_ref().ok()?.pod_security.as_ref(),
    }
}

/// Reports why a server does not start, and what would mend it where that can be told.
fn reject<'d>(
    rejection: &Rejection<'d>,
    reporter: &mut Reporter<'_, 'd>,
    change: impl Fn(Place<'d>) -> Option<Action>,
) {
    let mut known = FxHashSet::default();
    let mut said: Vec<String> = Vec::new();
    for fault in &rejection.faults {
        let message = fault.message.replace("\n ", "");
        let is_silent = !fault.place.exists() && fault.place.path().ends_with(".kms.apiVersion");
        let hint = if is_silent { " (kms without apiVersion is v1)" } else { "" };
        let message = format!("{message}{hint}");
        if known.insert(message.clone()) {
            said.push(message);
        }
    }
    let spots = rejection.faults.iter().map(|it| (it.place, String::new(), change(it.place)));
    reporter.flag_all(format!("the API server would not start: {}", said.join(", ")), spots);
}

/// Reports what a server drops of a file that a newer one would not start with.
fn flag_ignored<'d>(ignored: &[Fault<'d>], reporter: &mut Reporter<'_, 'd>) {
    if ignored.is_empty() {
        return;
    }
    let faults: Vec<_> = ignored.iter().map(|it| it.message.replace("\n ", "")).collect();
    let message = format!(
        "the API server of {} drops what it does not know, and newer ones would not start: {}",
        reporter.version(),
        faults.join(", ")
    );
    reporter.flag_all(message, ignored.iter().map(|it| (it.place, String::new(), None)));
}

/// Reports the entries of an audit policy that no request meets, rule by rule.
fn flag_idle<'d>(criterion: Criterion, object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = audit_policy(object, reporter) else { return };
    for (index, rule) in policy.rules.iter().enumerate() {
        let idle: Vec<_> =
            audit::idle(rule).into_iter().filter(|it| it.criterion == criterion).collect();
        let reasons: Vec<_> = idle.iter().map(|it| it.reason.as_str()).collect();
        let message = format!("rules[{index}]: {}", reasons.join(", "));
        let spots = idle.into_iter().map(|it| (it.place, String::new(), it.change));
        reporter.flag_all(message, spots);
    }
}

/// Reports the rules of an audit policy that log bodies with secrets, rule by rule.
fn flag_bodies<'d>(
    of: impl Fn(Sensitive) -> bool,
    object: &Object<'d>,
    reporter: &mut Reporter<'_, 'd>,
) {
    let Some(policy) = audit_policy(object, reporter) else { return };
    let mut logged: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for body in audit::logged_bodies(policy).into_iter().filter(|it| of(it.of)) {
        logged.entry(body.rule).or_default().push(body.of.resource());
    }
    for (index, resources) in logged {
        if let Some(rule) = policy.rules.get(index) {
            let resources = resources.join(", ");
            let message =
                format!("rules[{index}] logs the bodies of {resources} at {}", rule.level);
            reporter.flag(rule.place.at("level"), message, None);
        }
    }
}

#[cfg(test)]
mod tests;
