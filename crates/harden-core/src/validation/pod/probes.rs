//! What the API server refuses of probes and lifecycle handlers.

use harden_yaml::{Action, Place};

use super::Pod;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Probe;

/// The probes and the handlers of a container that keeps running.
pub(super) fn check<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = container.at(field);
        if probe.is_map() {
            check_probe(pod, probe, field, problems);
        }
    }
    for field in ["postStart", "preStop"] {
        let handler = container.at("lifecycle").at(field);
        if handler.is_map() {
            check_handler(pod, handler, &["exec", "httpGet", "tcpSocket", "sleep"], problems);
        }
    }
}

fn check_probe<'d>(pod: &Pod<'d>, probe: Place<'d>, field: &str, problems: &mut Problems<'d>) {
    check_handler(pod, probe, &["exec", "httpGet", "tcpSocket", "grpc"], problems);
    if field == "readinessProbe" {
        let grace_period = probe.at("terminationGracePeriodSeconds");
        problems.meaningless(KIND, grace_period, "for a readiness probe");
    } else {
        // 0 is filled in with 1.
        let rule = "must be 1 for liveness and startup probes";
        let threshold = probe.at("successThreshold");
        if threshold.as_i64().is_some_and(|it| it > 1) {
            problems.invalid_but_for(KIND, threshold, rule, Some(Action::set(1)));
        }
    }
}

/// What is done to a container: one of these.
fn check_handler<'d>(
    pod: &Pod<'d>,
    handler: Place<'d>,
    actions: &[&'static str],
    problems: &mut Problems<'d>,
) {
    let stated: Vec<_> = actions.iter().map(|it| handler.at(it)).filter(Place::exists).collect();
    let [action] = stated.as_slice() else {
        let name = handler.key().unwrap_or("handler");
        let all = actions.join(", ");
        let message = match stated.get(1) {
            None => format!("`{name}` must have one of {all}"),
            Some(_) => format!("`{name}` may have only one of {all}"),
        };
        return problems.add(KIND, stated.get(1).copied().unwrap_or(handler), message);
    };
    match action.key() {
        Some("httpGet") => http(*action, problems),
        Some("sleep") => sleep(pod, action.at("seconds"), problems),
        _ => {}
    }
}

fn http<'d>(action: Place<'d>, problems: &mut Problems<'d>) {
    for header in action.at("httpHeaders").items() {
        problems.text(KIND, header.at("name"), names::header);
    }
}

/// How long a container waits; there is no such action before 1.30.
fn sleep<'d>(pod: &Pod<'d>, seconds: Place<'d>, problems: &mut Problems<'d>) {
    if !problems.since(30) {
        return;
    }
    let least = i64::from(!problems.since(33));
    let range = least..=pod.grace_period;
    let rule = format!(
        "must be between {least} and the `terminationGracePeriodSeconds` of the pod, {}",
        pod.grace_period
    );
    problems.number(KIND, seconds, |it| range.contains(&it), &rule);
}
