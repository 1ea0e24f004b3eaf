//! What an audit policy makes of requests: how much is logged, which rule says so, and why the rules
//! above it do not.

mod estimate;
mod mismatch;
mod record;
mod request;

pub use estimate::{Estimate, Share};
pub use record::{Impersonated, NoRecord, Outcome, Record};
pub use request::{InvalidRequest, Request};

use std::fmt::Write as _;

use harden_yaml::{Document, Lines};
use serde_json::{Value, json};

use crate::configuration::audit::{self, AuditLevel, AuditPolicy, Decision, Event, Stage, decide};
use crate::configuration::{Rejection, machine};
use crate::kubernetes::MinorVersion;

/// An audit policy that is asked.
#[derive(Debug, Clone)]
pub struct Simulator<'d> {
    policy: AuditPolicy<'d>,
    file: String,
    /// The line of each rule, from 1.
    lines: Vec<u32>,
}

/// What a policy makes of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The rule that decided, and what it says.
    pub decision: Decision,
    /// The stages at which the request is logged if it goes well; none at level None.
    pub stages: Vec<Stage>,
    /// Whether a panic while it is handled is logged.
    pub logs_panic: bool,
    /// The rules above the one that decided, those first that came nearest.
    pub misses: Vec<Miss>,
}

/// A rule that does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The rule, by its place in the policy.
    pub rule: usize,
    /// Why it does not match, a reason for each of its criteria that fails; never empty.
    pub reasons: Vec<String>,
}

impl<'d> Simulator<'d> {
    /// Reads a policy, in a file of its own or in a machine configuration, or says why the API server of
    /// this version would not start with it; `file` is what it is called in answers.
    pub fn new(
        document: &'d Document<'d>,
        file: &str,
        version: MinorVersion,
    ) -> Result<Self, Rejection<'d>> {
        let policy = match machine::audit_policy(document) {
            Some(inside) => audit::read_inside(document, inside, version)?,
            None => audit::read(document, version)?,
        };
        let lines = Lines::new(document.text());
        let line = |place: harden_yaml::Place<'_>| lines.position(place.span().start).line;
        let lines = policy.rules.iter().map(|it| line(it.place)).collect();
        Ok(Self { policy, file: file.to_owned(), lines })
    }

    /// The policy.
    pub fn policy(&self) -> &AuditPolicy<'d> {
        &self.policy
    }

    /// The rule that decides on a request, and what it says.
    pub fn decide(&self, event: &Event<'_>) -> Decision {
        decide(&self.policy, event)
    }

    /// What the policy makes of a request, and why.
    pub fn answer(&self, event: &Event<'_>) -> Answer {
        let decision = self.decide(event);
        let above = self.policy.rules.iter().take(decision.rule.unwrap_or(usize::MAX));
        let mut misses: Vec<_> = above
            .enumerate()
            .map(|(rule, it)| Miss { rule, reasons: mismatch::reasons(it, event) })
            .collect();
        let is_far = |rule: usize| {
            let rule = self.policy.rules.get(rule);
            rule.is_some_and(|it| mismatch::is_of_another_kind(it, event))
        };
        misses.sort_by_key(|it| (is_far(it.rule), it.reasons.len()));
        let is_logged = |stage: &Stage| logs(&decision, *stage);
        Answer {
            stages: stages(event).into_iter().filter(is_logged).collect(),
            logs_panic: is_logged(&Stage::Panic),
            decision,
            misses,
        }
    }

    /// The line of a rule, from 1.
    pub fn line(&self, rule: usize) -> u32 {
        self.lines.get(rule).copied().unwrap_or(1)
    }

    /// `policy.yaml:12 rules[3]`, as people name a rule.
    pub fn rule_name(&self, rule: usize) -> String {
        format!("{}:{} rules[{rule}]", self.file, self.line(rule))
    }

    /// An answer for people, over several lines.
    pub fn to_text(&self, answer: &Answer) -> String {
        let Answer { decision, stages, .. } = answer;
        let mut text = match decision.rule {
            Some(rule) => format!("{}: {} decides\n", decision.level, self.rule_name(rule)),
            None => "None: no rule matches\n".to_owned(),
        };
        let names: Vec<_> = stages.iter().map(|it| it.as_str()).collect();
        let panic = if answer.logs_panic { ", and Panic if the server fails" } else { "" };
        let _ = match (decision.level, names.as_slice()) {
            (AuditLevel::None, _) => writeln!(text, "  nothing is logged"),
            (_, []) => writeln!(text, "  nothing is logged: its stages are omitted{panic}"),
            (_, names) => writeln!(text, "  logged at {}{panic}", and(names)),
        };
        if decision.omit_managed_fields && decision.level > AuditLevel::Metadata {
            text.push_str("  bodies are logged without managedFields\n");
        }
        if !answer.misses.is_empty() {
            text.push_str("rules above that do not match, nearest first:\n");
        }
        for miss in &answer.misses {
            let name = self.rule_name(miss.rule);
            let _ = writeln!(text, "  {name}: {}", miss.reasons.join("; "));
        }
        text
    }

    /// An answer for programs.
    pub fn to_json(&self, answer: &Answer) -> Value {
        let Answer { decision, stages, misses, .. } = answer;
        let names = |stages: Vec<Stage>| stages.into_iter().map(Stage::as_str).collect::<Vec<_>>();
        let rule = |index: usize| json!({"index": index, "path": format!("rules[{index}]"), "file": self.file, "line": self.line(index)});
        let misses: Vec<Value> = misses
            .iter()
            .map(|it| {
                let mut miss = rule(it.rule);
                if let Some(fields) = miss.as_object_mut() {
                    fields.insert("reasons".to_owned(), it.reasons.clone().into());
                }
                miss
            })
            .collect();
        json!({
            "level": decision.level.as_str(),
            "stages": names(stages.clone()),
            "omitStages": names(decision.omit_stages.iter().collect()),
            "omitManagedFields": decision.omit_managed_fields,
            "rule": decision.rule.map(rule),
            "misses": misses,
        })
    }
}

/// `a, b and c`.
fn and(names: &[&str]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        names => names.concat(),
    }
}

/// Whether an event of this stage is logged.
pub fn logs(decision: &Decision, stage: Stage) -> bool {
    decision.level > AuditLevel::None && !decision.omit_stages.contains(stage)
}

/// The stages that a request goes through when nothing fails. One without a user is rejected before
/// it is handled: its one event has stage `ResponseStarted`.
///
/// See `WithAudit` and `WithFailedAuthenticationAudit` in `k8s.io/apiserver/pkg/endpoints/filters`.
pub fn stages(event: &Event<'_>) -> Vec<Stage> {
    if event.user.is_none() {
        vec![Stage::ResponseStarted]
    } else if is_long_running(event) {
        vec![Stage::RequestReceived, Stage::ResponseStarted, Stage::ResponseComplete]
    } else {
        vec![Stage::RequestReceived, Stage::ResponseComplete]
    }
}

/// As `BasicLongRunningRequestCheck` with the verbs and subresources of kube-apiserver.
fn is_long_running(event: &Event<'_>) -> bool {
    if !event.is_resource_request {
        return event.path.starts_with("/debug/pprof/");
    }
    matches!(event.verb, "watch" | "proxy")
        || matches!(event.subresource, "attach" | "exec" | "log" | "portforward" | "proxy")
}

#[cfg(test)]
mod tests;
