//! Paths of resources among those of no resource.

use crate::configuration::audit::Criterion;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-path-never-matches",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy names resources by their path",
    why: "`nonResourceURLs` is for requests that are about no resource, such as `/healthz`. What is \
          below a version of a group is about a resource, whatever its path: the rule is dead, and \
          its requests fall to later rules or are not logged.",
    remedy: "name the resource and its group in `resources`",
    breaks: "The rule takes effect, and rules after it no longer see what it takes.",
    mend: Mend::ByHand("which resources of which group the rule is about"),
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  nonResourceURLs: [\"/apis/apps/v1/deployments*\"]
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
    resources: [deployments]
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::flag_idle(Criterion::Path, object, reporter);
}
