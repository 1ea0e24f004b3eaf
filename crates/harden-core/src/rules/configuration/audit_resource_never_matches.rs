//! Groups and resources that do not exist.

use crate::configuration::audit::Criterion;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-resource-never-matches",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy lists a group or a resource that does not exist",
    why: "The API server does not check groups and resources: group `core`, a kind such as `Pod`, \
          a singular or `*/*` match no request. The rule is dead, and its requests fall to later \
          rules or are not logged.",
    remedy: "write the plural in lower case, with its group: empty text for the core group",
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
- level: Metadata
  resources:
  - group: core
    resources: [secrets]
- level: Request
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
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::flag_idle(Criterion::Resource, object, reporter);
}
