//! What the API server refuses of what makes pods.

mod cron_job;
mod job;
mod schedule;
mod strategy;

use harden_yaml::{Action, Place};

use super::pod::check_template;
use super::problem::{ProblemKind, Problems};
use super::{names, selector, storage};
use crate::kubernetes::Selector;
use crate::object::{Object, is_placeholder};

pub(super) use cron_job::check_cron_job;
pub(super) use job::check_job;

const KIND: ProblemKind = ProblemKind::Workload;

pub(super) fn check_deployment<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    long_running(spec, &[], problems);
    strategy::of_deployment(spec.at("strategy"), problems);
    let (deadline, ready) = (spec.at("progressDeadlineSeconds"), spec.at("minReadySeconds"));
    // Without one it is 600.
    let stated = deadline.as_i64().unwrap_or(600);
    if ready.as_i64().is_some_and(|it| stated <= it) {
        let place = if deadline.exists() { deadline } else { ready };
        problems.add(
            KIND,
            place,
            "`progressDeadlineSeconds` must be greater than `minReadySeconds`",
        );
    }
}

pub(super) fn check_replica_set<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    long_running(object.place.at("spec"), &[], problems);
}

pub(super) fn check_daemon_set<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    long_running(spec, &[], problems);
    strategy::of_daemon_set(spec.at("updateStrategy"), problems);
}

pub(super) fn check_stateful_set<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    let claims: Vec<_> = spec
        .at("volumeClaimTemplates")
        .items()
        .filter_map(|it| it.at("metadata").at("name").as_str())
        .collect();
    long_running(spec, &claims, problems);
    strategy::of_stateful_set(spec.at("updateStrategy"), problems);
    // Claims of a StatefulSet were not looked at before.
    if problems.since(37) {
        let templates = spec.at("volumeClaimTemplates").items();
        templates.for_each(|it| storage::claim(it.at("spec"), true, problems));
    }
    if problems.since(34) {
        problems.optional_text(ProblemKind::Name, spec.at("serviceName"), names::label);
    }
}

pub(super) fn check_replication_controller<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    let (wanted, template) = (spec.at("selector"), spec.at("template"));
    if !template.is_map() {
        return;
    }
    check_template(template, &[], problems);
    always_restarts(template.at("spec"), problems);
    let labels = template.at("metadata").at("labels");
    // Without a selector it is the labels of the template.
    if wanted.is_empty() {
        if labels.is_empty() {
            let message = "`selector` is required where the template has no labels";
            problems.add(ProblemKind::Selector, wanted, message);
        }
        return;
    }
    for (key, value) in wanted.entries() {
        let is_same = labels.get(key).is_some_and(|it| text(it) == text(value));
        if !is_same && !is_open(labels) && !is_placeholder(text(value)) {
            mismatch(labels, given(wanted, labels), problems);
            return;
        }
    }
}

/// What keeps its pods running: a selector of them, a template, and how many.
fn long_running<'d>(spec: Place<'d>, claims: &[&'d str], problems: &mut Problems<'d>) {
    let wanted = spec.at("selector");
    selector::check(wanted, problems);
    if wanted.is_map() && selector::is_empty(wanted) {
        problems.add(ProblemKind::Selector, wanted, "`selector` may not be empty");
    }
    let template = spec.at("template");
    selects(wanted, template.at("metadata").at("labels"), problems);
    check_template(template, claims, problems);
    always_restarts(template.at("spec"), problems);
}

/// A selector that does not match the labels of the pods that are made.
fn selects<'d>(wanted: Place<'d>, labels: Place<'d>, problems: &mut Problems<'d>) {
    let Ok(Some(selector)) = Selector::read(wanted) else { return };
    let is_open = || {
        is_open(labels)
            || wanted.at("matchLabels").entries().any(|(_, value)| is_placeholder(text(value)))
    };
    if !selector.matches(|key| labels.get(key).map(text)) && !is_open() {
        let equal = wanted.at("matchLabels");
        // What expressions ask for may have many answers.
        let is_enough =
            selector.matches(|key| equal.get(key).or_else(|| labels.get(key)).map(text));
        let given = if is_enough { given(equal, labels) } else { Vec::new() };
        mismatch(labels, given, problems);
    }
}

/// Gives pods the labels that are wanted and that they do not have.
fn given<'d>(wanted: Place<'d>, labels: Place<'d>) -> Vec<(Place<'d>, Action)> {
    let is_lacking = |(key, value): &(&'d str, Place<'d>)| {
        labels.get(key).is_none_or(|it| text(it) != text(*value))
    };
    let lacking = wanted.entries().filter(is_lacking);
    lacking.map(|(key, value)| (labels.at(key), Action::set(text(value)))).collect()
}

fn mismatch<'d>(labels: Place<'d>, given: Vec<(Place<'d>, Action)>, problems: &mut Problems<'d>) {
    let message = "`selector` does not match the labels of the template";
    problems.add_mended(ProblemKind::Selector, labels, message, given);
}

/// Whether labels are not known before something else is filled in, or are no labels at all.
fn is_open(labels: Place<'_>) -> bool {
    (labels.exists() && !labels.is_map())
        || labels.entries().any(|(key, value)| is_placeholder(key) || is_placeholder(text(value)))
}

/// To Go null is the empty text.
fn text(place: Place<'_>) -> &str {
    place.as_str().unwrap_or_default()
}

/// Pods that are kept running start again, and have no end.
fn always_restarts<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    let policy = spec.at("restartPolicy");
    if policy.as_str().is_some_and(|it| matches!(it, "Never" | "OnFailure")) {
        let rule = "must be `Always` here";
        problems.invalid_but_for(KIND, policy, rule, Some(Action::set("Always")));
    }
    problems.meaningless(KIND, spec.at("activeDeadlineSeconds"), "here");
}
