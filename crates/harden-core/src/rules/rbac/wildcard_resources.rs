//! Roles for every resource of an API group.

use crate::object::Object;
use crate::rbac::{PolicyRule, Role};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wildcard-resources",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role covers every resource of an API group of Kubernetes",
    why: "Every resource includes those that nobody thought of: Secrets, pods/exec and \
          serviceaccounts/token in the core group, roles and bindings in that of RBAC, and \
          whatever a later version adds.",
    remedy: "list the resources",
    breaks: "Resources that are not listed are rejected; the audit log names what was really used.",
    mend: Mend::ByHand("which resources are needed"),
    references: &[
        Reference::Cis("5.1.3"),
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [\"*\"]
  verbs: [get, list]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods, services]
  verbs: [get, list]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object) else { return };
    let rules = role
        .rules()
        .filter(|it| it.lists("resources", "*") && it.is_of_kubernetes() && !it.is_for_names());
    let rules = rules.filter(|it| !role.is_cluster_role() || !it.allows_everything());
    let (mut words, mut places) = (Vec::new(), Vec::new());
    for rule in rules {
        let verbs = rule.words("verbs").join("/").replace('*', "every verb");
        words.push(format!("{verbs} on every resource of {}", groups(rule)));
        places.extend(rule.listing("resources", "*").map(|it| (it, String::new(), None)));
    }
    if !places.is_empty() {
        reporter.flag_all(format!("allows {}", words.join(", ")), places);
    }
}

fn groups(rule: PolicyRule<'_>) -> String {
    if rule.lists("apiGroups", "*") {
        return "every API group".to_owned();
    }
    let groups = rule.words("apiGroups");
    let names: Vec<_> =
        groups.iter().map(|it| if it.is_empty() { "the core group" } else { *it }).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(kind: &str, rule: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: r}}, \
             rules: [{{{rule}}}]}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn all_groups_and_single_ones_are_named() {
        assert_eq!(
            role("Role", "apiGroups: ['*'], resources: ['*'], verbs: ['*']"),
            "allows every verb on every resource of every API group"
        );
        assert_eq!(
            role(
                "ClusterRole",
                "apiGroups: ['', apps], resources: [pods, '*'], verbs: [get, list]"
            ),
            "allows get/list on every resource of the core group, apps"
        );
    }

    #[test]
    fn an_operator_may_own_its_group() {
        let own = "apiGroups: [monitoring.coreos.com], resources: ['*'], verbs: ['*']";
        assert_eq!(role("ClusterRole", own), "");
        let metrics = "apiGroups: [custom.metrics.k8s.io], resources: ['*'], verbs: [get]";
        assert_eq!(role("ClusterRole", metrics), "");
        let storage = "apiGroups: [storage.k8s.io], resources: ['*'], verbs: [get]";
        assert!(!role("ClusterRole", storage).is_empty());
    }

    #[test]
    fn subresources_of_any_resource_are_no_wildcard_for_resources() {
        assert_eq!(role("Role", "apiGroups: ['*'], resources: ['*/scale'], verbs: [get]"), "");
    }

    #[test]
    fn what_equals_cluster_admin_is_reported_as_that() {
        let all = "apiGroups: ['*'], resources: ['*'], verbs: ['*']";
        assert_eq!(role("ClusterRole", all), "");
    }
}
