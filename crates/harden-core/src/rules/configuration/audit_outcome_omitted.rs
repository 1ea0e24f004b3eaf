//! Policies that do not log how requests ended.

use harden_yaml::Action;

use crate::configuration::audit::{AuditLevel, Stage};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-outcome-omitted",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an audit policy omits the stage that says how a request ended",
    why: "The stage ResponseComplete holds the status and the response. Without it the log says \
          what was asked for, and never whether it was allowed or what came of it; with all four \
          stages omitted nothing is logged at all.",
    remedy: "remove ResponseComplete from omitStages",
    breaks: "The log grows by an event per request.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Owasp("K10"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseComplete]
rules:
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    let logs = policy.rules.iter().enumerate().filter(|(_, it)| it.level > AuditLevel::None);
    let of_policy = policy.omit_stages.contains(Stage::ResponseComplete);
    for (index, rule) in logs {
        let omitted = policy.omitted(rule);
        if !omitted.contains(Stage::ResponseComplete) {
            continue;
        }
        let what = if omitted.is_all() { "logs nothing" } else { "does not log how requests end" };
        let (who, owner) = if of_policy {
            ("the policy".to_owned(), object.place)
        } else {
            (format!("rules[{index}]"), rule.place)
        };
        let stages = owner.at("omitStages");
        let message = format!("{who} {what}: it omits ResponseComplete");
        let entry = stages.items().find(|it| it.as_str() == Some("ResponseComplete"));
        reporter.flag(entry.unwrap_or(stages), message, Some(Action::Remove));
        if of_policy {
            return;
        }
    }
}
