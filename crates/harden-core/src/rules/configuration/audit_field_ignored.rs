//! Fields that an audit policy does not have.

use harden_yaml::{Action, Place};

use crate::configuration::audit::AuditPolicy;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
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
    mend: Mend::WithThought,
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

/// Whether a field with another name can be the one of this name, where it stands.
fn is_right<'d>(field: Place<'d>, meant: &str, root: Place<'d>, policy: &AuditPolicy<'d>) -> bool {
    let is_in = |place: Place<'d>| place.entries().any(|(_, it)| it.is_at(&field));
    let groups = policy.rules.iter().flat_map(|it| &it.resources).map(|it| it.place);
    let rules = policy.rules.iter().map(|it| it.place);
    let lists: &[&str] = if let Some(owner) = groups.into_iter().find(|it| is_in(*it)) {
        if owner.get(meant).is_some() { &[] } else { &["resourceNames", "resources"] }
    } else if let Some(owner) = rules.into_iter().find(|it| is_in(*it)) {
        let lists = &["namespaces", "nonResourceURLs", "userGroups", "users", "verbs"];
        if owner.get(meant).is_some() { &[] } else { lists }
    } else {
        let is_free = is_in(root) && root.get(meant).is_none();
        if is_free { &["omitStages"] } else { &[] }
    };
    // Of another type the server would not start.
    lists.contains(&meant)
        && field.is_list()
        && field.items().all(|it| it.as_str().is_some_and(|it| !it.is_empty()))
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    // Keys that are set twice are no matter of policies alone.
    let unknown = policy.ignored.iter().filter(|it| it.message.starts_with("unknown field"));
    for fault in unknown {
        let key = fault.place.key().unwrap_or_default();
        let meant = FIELDS.into_iter().find(|it| is_misspelt(key, it));
        let hint = meant.map_or_else(String::new, |it| format!(", did you mean `{it}`?"));
        let message = format!("the API server ignores `{}`{hint}", fault.place.path());
        let change = meant.filter(|it| is_right(fault.place, it, object.place, policy));
        let change = change.map(|it| Action::Rename(it.to_owned()));
        reporter.flag(fault.place, message, change);
    }
}
