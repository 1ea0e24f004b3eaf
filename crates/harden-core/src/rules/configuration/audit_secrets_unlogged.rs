//! Policies that do not say who read Secrets.

use super::unlogged::{Ask, flag};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-secrets-unlogged",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "a rule of an audit policy keeps access to Secrets out of the log",
    why: "The first rule that matches decides: a rule of level None for all that is read, or for a \
          whole group, also hides who read the Secrets. After a leak nobody can tell which \
          credentials were taken, and all must be replaced.",
    remedy: "put a rule of level Metadata for secrets before it",
    breaks: "The log grows by the requests that read Secrets.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
        Reference::Mitre("T1552"),
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
  verbs: [get, list, watch]
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
- level: None
  verbs: [get, list, watch]
- level: Metadata
",
};

const ASKS: [Ask; 1] = [Ask::of("secrets").namespaced().verbs(&[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
])];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    flag(policy, &ASKS, reporter);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(rules: &str) -> Vec<String> {
        messages(&RULE, &format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{rules}"))
    }

    #[test]
    fn only_rules_that_hide_what_people_do_count() {
        assert_eq!(
            policy(
                "- {level: None, resources: [{group: '', resources: [secrets]}]}\n- level: Metadata\n"
            ),
            ["rules[0] keeps `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, \
              `deletecollection` of secrets out of the log"]
        );
        assert_eq!(
            policy("- {level: None, verbs: [update, patch]}\n- level: Metadata\n"),
            ["rules[0] keeps `update`, `patch` of secrets out of the log"]
        );
        assert!(
            policy("- {level: None, users: [\"system:apiserver\"]}\n- level: Metadata\n")
                .is_empty()
        );
        assert!(
            policy("- {level: None, userGroups: [\"system:nodes\"]}\n- level: Metadata\n")
                .is_empty()
        );
        assert!(policy("- {level: None, resources: [{group: '', resources: [events]}]}\n- level: Metadata\n").is_empty());
        assert!(policy("- {level: Request, verbs: [create]}\n").is_empty());
    }
}
