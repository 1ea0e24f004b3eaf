//! Namespaces that do not exist.

use crate::configuration::audit::Criterion;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-namespace-never-matches",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy lists a namespace that cannot exist",
    why: "Namespaces are compared as they are: `[\"*\"]` and `[\"kube-*\"]` match no request. The \
          rule is dead, and its requests fall to later rules or are not logged.",
    remedy: "leave `namespaces` out to mean all, or name them",
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
  namespaces: [\"*\"]
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
  namespaces: [shop]
  resources:
  - group: apps
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::flag_idle(Criterion::Namespace, object, reporter);
}
