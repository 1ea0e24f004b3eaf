//! Policies that leave administrators out.

use harden_yaml::Action;

use crate::configuration::audit::{AuditLevel, AuditRule, Item};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-administrators-unlogged",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an audit policy does not log what administrators do",
    why: "Members of system:masters may do anything, and no RBAC holds them. A rule of level None \
          for them hides exactly the requests that an investigation begins with, whoever has \
          stolen the credentials.",
    remedy: "remove the group from the rule, or limit the rule to verbs that only read",
    breaks: "The log grows by the requests of administrators.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::NsaCisa("Audit Logging and Threat Detection"),
        Reference::Mitre("T1562"),
        Reference::Owasp("K10"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: [\"system:masters\"]
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: [\"system:nodes\"]
- level: Metadata
",
};

const ADMINISTRATORS: [&str; 2] = ["system:masters", "kubeadm:cluster-admins"];
const READING: [&str; 3] = ["get", "list", "watch"];

/// Takes administrators out of a rule, which would be for everybody if nothing were left.
fn without<'d>(rule: &AuditRule<'d>) -> Edits<'d> {
    let is_one = |it: &&Item<'_>| ADMINISTRATORS.contains(&it.text);
    if rule.user_groups.iter().all(|it| is_one(&it)) {
        return vec![(rule.place, Action::Remove)];
    }
    rule.user_groups.iter().filter(is_one).map(|it| (it.place, Action::Remove)).collect()
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    let hides = |it: &&AuditRule<'_>| {
        it.level == AuditLevel::None
            && it.users.is_empty()
            && it.resources.is_empty()
            && it.non_resource_urls.is_empty()
            && (it.verbs.is_empty() || it.verbs.iter().any(|it| !READING.contains(&it.text)))
    };
    for rule in policy.rules.iter().filter(hides) {
        let mut groups = rule.user_groups.iter();
        if let Some(group) = groups.find(|it| ADMINISTRATORS.contains(&it.text)) {
            let message = format!("nothing that members of {} do is logged", group.text);
            reporter.flag_with(group.place, message, without(rule));
        }
    }
}
