//! Policies that log every request twice.

use harden_yaml::Action;

use crate::configuration::audit::{AuditLevel, AuditRule, Stage};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-request-received-logged",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "an audit policy logs every request twice",
    why: "Without omitStages every request is logged when it arrives and again when it is \
          answered; the second event says all that the first one does. Half of the log is noise \
          that is paid for.",
    remedy: "set omitStages to RequestReceived",
    breaks: "Requests that crash the API server before they are answered leave no event but that \
             of stage Panic.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
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
    let is_twice = |it: &AuditRule<'_>| {
        it.level > AuditLevel::None && !policy.omitted(it).contains(Stage::RequestReceived)
    };
    if policy.rules.iter().any(is_twice) {
        let stages = [Stage::RequestReceived].into_iter().chain(policy.omit_stages.iter());
        let stages: Vec<&str> = stages.map(Stage::as_str).collect();
        let message = "every request is logged when it arrives and again when it is answered";
        reporter.flag(object.place.at("omitStages"), message, Some(Action::set(stages.as_slice())));
    }
}
