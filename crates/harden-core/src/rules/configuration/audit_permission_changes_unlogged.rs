//! Policies that do not say who gave whom which permissions.

use super::unlogged::{Ask, flag};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-permission-changes-unlogged",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a rule of an audit policy keeps new permissions or tokens out of the log",
    why: "Whoever has got in binds a role to an account of its own, or has a token made that outlives \
          the intrusion. A rule of level None that takes these requests, for a group, a verb or a \
          namespace, leaves no trace of how anybody got the rights that were used afterwards.",
    remedy: "put a rule of level Metadata or above for roles, bindings, tokens and certificates before it",
    breaks: "The log grows by the requests that change permissions or make tokens.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
        Reference::Mitre("T1098"),
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
  resources:
  - group: rbac.authorization.k8s.io
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  verbs: [get, list, watch]
  resources:
  - group: rbac.authorization.k8s.io
- level: Metadata
",
};

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const CHANGES: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

/// What gives somebody rights.
const ASKS: [Ask; 8] = [
    Ask::of("clusterrolebindings").group(RBAC).verbs(CHANGES),
    Ask::of("rolebindings").group(RBAC).namespaced().verbs(CHANGES),
    Ask::of("clusterroles").group(RBAC).verbs(CHANGES),
    Ask::of("roles").group(RBAC).namespaced().verbs(CHANGES),
    Ask::of("serviceaccounts").subresource("token").namespaced().verbs(&["create"]),
    Ask::of("serviceaccounts").namespaced().verbs(&["create"]),
    Ask::of("certificatesigningrequests").group(CERTIFICATES).verbs(&["create"]),
    Ask::of("certificatesigningrequests")
        .group(CERTIFICATES)
        .subresource("approval")
        .verbs(&["update", "patch"]),
];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    flag(policy, &ASKS, reporter);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(rule: &str) -> Vec<String> {
        let head = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n";
        messages(&RULE, &format!("{head}- {{level: None, {rule}}}\n- level: Metadata\n"))
    }

    #[test]
    fn what_hides_new_rights_is_named_once() {
        for (rule, expected) in [
            (
                "resources: [{group: '', resources: [serviceaccounts/token]}]",
                "`create` of serviceaccounts/token",
            ),
            (
                "resources: [{group: '', resources: ['*/token']}]",
                "`create` of serviceaccounts/token",
            ),
            (
                "verbs: [delete]",
                "`delete` of clusterrolebindings, rolebindings, clusterroles, roles",
            ),
            (
                "resources: [{group: certificates.k8s.io}]",
                "`create` of certificatesigningrequests, `update`, `patch` of certificatesigningrequests/approval",
            ),
            (
                "resources: [{group: rbac.authorization.k8s.io, resources: [roles]}], verbs: [patch]",
                "`patch` of roles",
            ),
        ] {
            assert_eq!(
                policy(rule),
                [format!("rules[0] keeps {expected} out of the log")],
                "{rule}"
            );
        }
    }

    #[test]
    fn rules_for_somebody_or_for_reads_hide_nothing() {
        for rule in [
            "verbs: [get, list, watch]",
            "users: ['system:kube-controller-manager']",
            "userGroups: ['system:nodes']",
            "namespaces: [kube-system]",
            "resources: [{group: '', resources: [events]}]",
            "nonResourceURLs: ['*']",
        ] {
            assert_eq!(policy(rule), [""; 0], "{rule}");
        }
    }
}
