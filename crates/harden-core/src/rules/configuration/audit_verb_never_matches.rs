//! Verbs that no request has.

use crate::configuration::audit::Criterion;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-verb-never-matches",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy lists a verb that no request has",
    why: "Verbs are compared as they are, and the API server does not check them: `[\"*\"]` and \
          `[\"GET\"]` match nothing at all, so that the rule is dead and its requests fall to later \
          rules or are not logged.",
    remedy: "leave `verbs` out to mean all, or write them as the API does",
    breaks: "The rule takes effect, and rules after it no longer see what it takes.",
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
  verbs: [\"*\"]
  resources:
  - group: apps
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  resources:
  - group: apps
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::flag_idle(Criterion::Verb, object, reporter);
}
