//! Fields that an audit policy does not have.

use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};
use crate::rules::similar::is_misspelt;

pub(super) static RULE: Rule = Rule {
    id: "audit-field-ignored",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an audit policy has a field that the API server ignores",
    why: "The server reads the policy again without what it does not know, logs one warning and \
          starts. A rule that loses its `verb` or its `groups` that way matches more than was \
          meant: it logs what it should not, or hides what it should log.",
    remedy: "correct the name of the field, or remove it",
    breaks: "The rule matches less than before.",
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  user: [\"system:kube-proxy\"]
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [\"system:kube-proxy\"]
- level: Metadata
",
};

const FIELDS: [&str; 11] = [
    "group",
    "level",
    "namespaces",
    "nonResourceURLs",
    "omitManagedFields",
    "omitStages",
    "resourceNames",
    "resources",
    "userGroups",
    "users",
    "verbs",
];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    // Keys that are set twice are no matter of policies alone.
    let unknown = policy.ignored.iter().filter(|it| it.message.starts_with("unknown field"));
    for fault in unknown {
        let key = fault.place.key().unwrap_or_default();
        let meant = FIELDS.into_iter().find(|it| is_misspelt(key, it));
        let hint = meant.map_or_else(String::new, |it| format!(", did you mean `{it}`?"));
        let message = format!("the API server ignores `{}`{hint}", fault.place.path());
        reporter.flag(fault.place, message, None);
    }
}
