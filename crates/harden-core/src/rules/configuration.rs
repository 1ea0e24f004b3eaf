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
mod amendment;
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
use crate::configuration::audit::{
    self, AuditLevel, AuditPolicy, AuditRule, Criterion, Idle, Sensitive,
};
use crate::configuration::encryption::EncryptionConfiguration;
use crate::configuration::{Fault, Rejection};
use crate::kubernetes::MinorVersion;
use crate::object::Object;
use crate::rule::{Edits, Reporter, Rule, ServerFiles};
use amendment::Subset;

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
        let all = audit::idle(rule);
        let idle: Vec<_> = all.iter().filter(|it| it.criterion == criterion).collect();
        let reasons: Vec<_> = idle.iter().map(|it| it.reason.as_str()).collect();
        let message = format!("rules[{index}]: {}", reasons.join(", "));
        let spots = idle.iter().map(|it| (it.place, "", unidle(policy, index, it, &all)));
        reporter.flag_all_with(message, spots);
    }
}

/// What mends an entry that no request meets: the one that was meant, or to leave it out.
fn unidle<'d>(
    policy: &AuditPolicy<'d>,
    index: usize,
    entry: &Idle<'d>,
    idle: &[Idle<'d>],
) -> Edits<'d> {
    let Some(rule) = policy.rules.get(index) else { return Vec::new() };
    let here = |it: &Action| vec![(entry.place, it.clone())];
    let keys = ["verbs", "users", "userGroups", "namespaces", "nonResourceURLs"];
    let mut lists = keys.into_iter().map(|it| rule.place.at(it));
    let Some(list) = lists.find(|list| list.items().any(|it| it.is_at(&entry.place))) else {
        return entry.change.as_ref().map(here).unwrap_or_default();
    };
    if list.items().any(|it| it.as_str() == Some("*")) && list.key() != Some("nonResourceURLs") {
        return amendment::leave_out(policy, index, list).into_iter().collect();
    }
    if let Some(change) = &entry.change {
        return here(change);
    }
    // Where others are left, it is no loss.
    let is_met = |it: Place<'_>| !idle.iter().any(|idle| idle.place.is_at(&it));
    if list.items().any(is_met) { vec![(entry.place, Action::Remove)] } else { Vec::new() }
}

/// Reports the rules of an audit policy that log bodies with secrets, rule by rule.
fn flag_bodies<'d>(
    of: impl Fn(Sensitive) -> bool,
    object: &Object<'d>,
    reporter: &mut Reporter<'_, 'd>,
) {
    let Some(policy) = audit_policy(object, reporter) else { return };
    let mut logged: BTreeMap<usize, Vec<Sensitive>> = BTreeMap::new();
    for body in audit::logged_bodies(policy) {
        logged.entry(body.rule).or_default().push(body.of);
    }
    for (index, all) in logged {
        let Some(rule) = policy.rules.get(index) else { continue };
        let told: Vec<_> = all.iter().copied().filter(|it| of(*it)).collect();
        if told.is_empty() {
            continue;
        }
        let level = rule.place.at("level");
        let edits = if is_only_about(rule, &all) {
            vec![(level, Action::set(AuditLevel::Metadata.as_str()))]
        } else {
            let mut about = Subset::default();
            for it in &told {
                let name = it.resource().to_owned();
                match about.resources.iter_mut().find(|(group, _)| *group == it.group()) {
                    Some((_, names)) => names.push(name),
                    None => about.resources.push((it.group(), vec![name])),
                }
            }
            amendment::put_before(policy, index, AuditLevel::Metadata, &about)
        };
        let names: Vec<_> = told.iter().map(|it| it.resource()).collect();
        let names = names.join(", ");
        let message = format!("rules[{index}] logs the bodies of {names} at {}", rule.level);
        reporter.flag_with(level, message, edits);
    }
}

/// Whether a rule names nothing but these.
fn is_only_about(rule: &AuditRule<'_>, what: &[Sensitive]) -> bool {
    let is_one = |group: &str, name: &str| {
        what.iter().any(|it| it.group() == group && it.resource() == name)
    };
    !rule.resources.is_empty()
        && rule.resources.iter().all(|of| {
            !of.resources.is_empty() && of.resources.iter().all(|it| is_one(of.group, it.text))
        })
}

#[cfg(test)]
mod tests;
