//! ClusterRoles as mighty as cluster-admin.

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "all-permissions",
    category: Category::Rbac,
    severity: Severity::Critical,
    level: None,
    summary: "a ClusterRole allows everything",
    why: "It is cluster-admin under another name: who gets it owns the cluster, and reviews \
          that look for cluster-admin do not see it.",
    remedy: "list the API groups, resources and verbs that are needed",
    breaks: "What is not listed is rejected; the audit log names what was really used.",
    mend: Mend::ByHand("which API groups, resources and verbs are needed"),
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Cis("5.1.3"),
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"*\"]
  resources: [\"*\"]
  verbs: [\"*\"]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, patch]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object).filter(Role::is_cluster_role) else { return };
    let all = role.rules().filter(|rule| rule.allows_everything());
    reporter.flag_all(
        "allows every verb on every resource of every API group, as cluster-admin does",
        all.filter_map(|rule| Some((rule.listing("resources", "*")?, String::new(), None))),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(head: &str, rule: &str) -> usize {
        let text = format!("{{apiVersion: rbac.authorization.k8s.io/v1, {head}, rules: [{rule}]}}");
        messages(&RULE, &text).len()
    }

    #[test]
    fn everything_is_every_group_resource_and_verb() {
        let head = "kind: ClusterRole, metadata: {name: a}";
        let all = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
        assert_eq!(count(head, all), 1);
        assert_eq!(
            count(head, "{apiGroups: ['', '*'], resources: [pods, '*'], verbs: ['*', get]}"),
            1
        );
        assert_eq!(count(head, "{apiGroups: [''], resources: ['*'], verbs: ['*']}"), 0);
        assert_eq!(count(head, "{apiGroups: ['*'], resources: ['*'], verbs: [get]}"), 0);
        assert_eq!(count("kind: Role, metadata: {name: a}", all), 0);
    }

    #[test]
    fn only_cluster_admin_itself_is_no_news() {
        let all = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
        assert_eq!(count("kind: ClusterRole, metadata: {name: cluster-admin}", all), 0);
        let label = "labels: {kubernetes.io/bootstrapping: rbac-defaults}";
        for name in ["a", "view", "'system:acme'", "'kubeadm:get-nodes'", "'system:node'"] {
            let head = format!("kind: ClusterRole, metadata: {{name: {name}, {label}}}");
            assert_eq!(count(&head, all), 1, "{name}");
        }
    }
}
