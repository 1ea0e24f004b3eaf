//! Rules that earlier rules leave nothing.

use super::amendment;
use crate::configuration::audit::{idle, is_catch_all, shadows};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-rule-unreachable",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "a rule of an audit policy never decides",
    why: "The first rule that matches decides. Earlier rules take every request that this one \
          names, so that it is never asked; if it was to log more, or to hide a Secret, it does \
          not.",
    remedy: "move the rule before the one that takes its requests, or remove it",
    breaks: "The rule takes effect.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  resources:
  - group: \"\"
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets]
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets]
- level: Request
  resources:
  - group: \"\"
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    for shadow in shadows(policy) {
        let Some(rule) = policy.rules.get(shadow.rule) else { continue };
        // A last rule that takes the rest does no harm where there is no rest.
        let is_safety_net = is_catch_all(rule) && shadow.by.len() > 1;
        if is_safety_net || !idle(rule).is_empty() {
            continue;
        }
        let by: Vec<_> = shadow.by.iter().map(|it| format!("rules[{it}]")).collect();
        let (verb, by) = (if by.len() == 1 { "takes" } else { "take" }, by.join(" and "));
        let message =
            format!("rules[{}] never decides: {by} {verb} all that it matches", shadow.rule);
        let first = shadow.by.first().copied().unwrap_or_default();
        let edits = amendment::move_before(policy, shadow.rule, first);
        reporter.flag_with(rule.place, message, edits);
    }
}
