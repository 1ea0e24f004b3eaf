//! What the API server refuses of Jobs.

use harden_yaml::{Action, Place};
use rustc_hash::FxHashSet;

use super::KIND;
use crate::object::Object;
use crate::validation::names;
use crate::validation::pod::check_template;
use crate::validation::problem::{ProblemKind, Problems};
use crate::validation::selector;

pub(in crate::validation) fn check_job<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    check_spec(spec, problems);
    let metadata = object.place.at("metadata");
    let selector = spec.at("selector");
    let is_manual = spec.at("manualSelector").as_bool() == Some(true);
    selector::check(selector, problems);
    // A Job of the cluster has the selector that it was given.
    if !is_manual && selector.exists() && !metadata.at("uid").exists() {
        let message = "`selector` is made by the API server, unless `manualSelector` is true";
        problems.add_mended(KIND, selector, message, vec![(selector, Action::Remove)]);
    }
    if is_manual {
        if selector.exists() {
            let labels = spec.at("template").at("metadata").at("labels");
            super::selects(selector, labels, problems);
        } else {
            problems.add(KIND, selector, "`selector` is required when `manualSelector` is true");
        }
    }
    let name = metadata.at("name");
    let last = spec.at("completions").as_i64().filter(|it| *it > 0 && is_indexed(spec));
    if let (Some(text), Some(count)) = (name.as_str(), last) {
        let host = format!("{text}-{}", count - 1);
        if names::label(&host).is_some() && names::subdomain(text).is_none() {
            let message =
                format!("`{host}`, the host name of a pod of the Job, is no RFC 1123 label");
            problems.add(ProblemKind::Name, name, message);
        }
    }
}

/// The spec of a Job, or of those that a CronJob makes.
pub(super) fn check_spec<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    let indexed = is_indexed(spec);
    if indexed && !spec.at("completions").exists() {
        let message = "`completions` is required when `completionMode` is `Indexed`";
        problems.add(KIND, spec.at("completions"), message);
    }
    if indexed {
        let rule = "must be less than or equal to 100000 when `completionMode` is `Indexed`";
        problems.number(KIND, spec.at("parallelism"), |it| it <= 100_000, rule);
    }
    // Dropped before 1.29.
    if problems.since(29) {
        by_index(spec, indexed, problems);
    }
    if problems.since(31) && !indexed {
        problems.forbidden(KIND, spec.at("successPolicy"), "unless `completionMode` is `Indexed`");
    }
    let completions = spec.at("completions").as_i64();
    let has_success = problems.since(31);
    for rule in spec.at("successPolicy").at("rules").items().filter(|_| has_success) {
        let count = rule.at("succeededCount");
        let is_right = |it: i64| (0..=completions.unwrap_or(i64::MAX)).contains(&it);
        problems.number(KIND, count, is_right, "must be at most `completions`, and not negative");
    }
    let failure = spec.at("podFailurePolicy");
    let template = spec.at("template");
    check_template(template, &[], problems);
    restarts(template.at("spec"), failure, problems);
    if problems.since(26) && failure.is_map() {
        failure_policy(spec, failure, problems);
    }
}

fn is_indexed(spec: Place<'_>) -> bool {
    spec.at("completionMode").as_str() == Some("Indexed")
}

/// Limits of each index.
fn by_index<'d>(spec: Place<'d>, indexed: bool, problems: &mut Problems<'d>) {
    let (limit, failed) = (spec.at("backoffLimitPerIndex"), spec.at("maxFailedIndexes"));
    if failed.exists() && !limit.exists() {
        let message = "`backoffLimitPerIndex` is required beside `maxFailedIndexes`";
        problems.add(KIND, failed, message);
    }
    if !indexed {
        let rule = "unless `completionMode` is `Indexed`";
        problems.forbidden(KIND, limit, rule);
        problems.forbidden(KIND, failed, rule);
    } else if let Some(completions) = spec.at("completions").as_i64() {
        let rule = "must be less than or equal to `completions`";
        problems.number(KIND, failed, |it| it <= completions, rule);
    }
}

/// Pods of Jobs come to an end.
fn restarts<'d>(pod: Place<'d>, failure: Place<'d>, problems: &mut Problems<'d>) {
    let policy = pod.at("restartPolicy");
    match policy.as_str() {
        Some("OnFailure") if failure.exists() => {
            problems.invalid(KIND, policy, "must be `Never` beside `podFailurePolicy`");
        }
        Some("Always" | "") => {
            problems.invalid(KIND, policy, "must be `OnFailure` or `Never` here");
        }
        None if !policy.exists() => {
            let message = "`restartPolicy` is required here: `OnFailure` or `Never`";
            problems.add(KIND, policy, message);
        }
        _ => {}
    }
}

/// What becomes of pods that fail.
fn failure_policy<'d>(spec: Place<'d>, policy: Place<'d>, problems: &mut Problems<'d>) {
    let pod = spec.at("template").at("spec");
    let containers: FxHashSet<_> = ["containers", "initContainers"]
        .into_iter()
        .flat_map(|it| pod.at(it).items())
        .filter_map(|it| it.at("name").as_str())
        .collect();
    for rule in policy.at("rules").items().filter(Place::is_map) {
        let (codes, conditions) = (rule.at("onExitCodes"), rule.at("onPodConditions"));
        if codes.exists() != conditions.is_empty() {
            problems.add(KIND, rule, "a rule must have one of onExitCodes, onPodConditions");
        }
        for condition in conditions.items() {
            problems.optional_text(KIND, condition.at("type"), names::qualified_name);
            problems.optional_text(KIND, condition.at("status"), |it| {
                let is_known = matches!(it, "True" | "False" | "Unknown");
                (!is_known).then_some("must be `True`, `False` or `Unknown`")
            });
        }
        problems.text(KIND, codes.at("containerName"), |it| {
            (!containers.contains(it)).then_some("must be a container of the template")
        });
        let values = codes.at("values");
        let numbers: Vec<_> = values.items().filter_map(|it| it.as_i64()).collect();
        if codes.at("operator").as_str() == Some("In") && numbers.contains(&0) {
            problems.add(KIND, values, "`values` may not have 0 when `operator` is `In`");
        }
        if !numbers.is_sorted_by(|one, next| one < next) {
            problems.add(KIND, values, "`values` must be ordered, each once");
        }
        let per_index = spec.at("backoffLimitPerIndex");
        if rule.at("action").as_str() == Some("FailIndex") && !per_index.exists() {
            problems.invalid(KIND, rule.at("action"), "needs `backoffLimitPerIndex`");
        }
    }
}
