//! Users and groups that nobody is.

use crate::configuration::audit::Criterion;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-subject-never-matches",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy lists users or groups that nobody is",
    why: "Names of users and groups are compared as they are: `[\"*\"]` matches nobody, and neither \
          does `system:serviceaccount:*`. A group in `users`, such as `system:nodes`, is nobody's \
          name, and a user in `userGroups` is in nobody's groups. The rule is dead, and its requests \
          fall to later rules or are not logged.",
    remedy: "leave the list out to mean everybody, or name users in `users` and groups in `userGroups`",
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
  users: [\"*\"]
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
  userGroups: [\"system:authenticated\"]
  resources:
  - group: apps
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    super::flag_idle(Criterion::Subject, object, reporter);
}
