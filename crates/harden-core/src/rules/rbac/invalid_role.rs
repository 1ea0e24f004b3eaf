//! Roles that the API server rejects.

use harden_yaml::{Action, Place};

use crate::kubernetes::resources;
use crate::object::Object;
use crate::rbac::{PolicyRule, Role};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-role",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role is rejected by the API server",
    why: "The whole object is rejected, so that nobody gets the permissions, and a deployment that \
          contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "The permission begins to work: make sure that it is wanted.",
    mend: Mend::ByHand("what is to be allowed: which API groups, resources and verbs"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: metrics
  namespace: team-a
rules:
- nonResourceURLs: [/metrics]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: metrics
rules:
- nonResourceURLs: [/metrics]
  verbs: [get]
",
};

/// The only API group of Kubernetes that has all resources of a rule.
fn only_group(rule: PolicyRule<'_>) -> Option<&'static str> {
    let words = rule.words("resources");
    let has_all = |group: &str| {
        words.iter().all(|it| {
            let plural = it.split_once('/').map_or(*it, |(plural, _)| plural);
            resources::all().any(|known| known == (group, plural))
        })
    };
    let first = words.first()?.split('/').next()?;
    let groups = resources::all().filter(|(_, it)| *it == first).map(|(group, _)| group);
    let mut groups = groups.filter(|it| has_all(it));
    groups.next().filter(|_| groups.next().is_none())
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read(object) else { return };
    let problems = role.problems();
    let words: Vec<_> = problems.iter().map(|it| format!("{}: {it}", it.place.path())).collect();
    let group = |it: Place<'d>| {
        let mut all = role.rules();
        let of_it = all.find(|rule| rule.place.at("apiGroups").is_at(&it))?;
        only_group(of_it).map(|it| Action::set([it]))
    };
    let spots = problems.iter().map(|it| (it.place, "", group(it.place)));
    reporter.flag_all(words.join(", "), spots);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(kind: &str, rest: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, {rest}}}"
        );
        messages(&RULE, &text).join("; ")
    }

    fn rule(kind: &str, rule: &str) -> String {
        role(kind, &format!("rules: [{{{rule}}}]"))
    }

    #[test]
    fn urls_and_resources_are_two_rules() {
        let both = "apiGroups: [''], resources: [pods], nonResourceURLs: [/metrics], verbs: [get]";
        let message = "rules[0].nonResourceURLs: Invalid value: rules cannot apply to both regular \
                       resources and non-resource URLs";
        assert_eq!(rule("ClusterRole", both), message);
        assert_eq!(
            rule("ClusterRole", "nonResourceURLs: [/a], resourceNames: [b], verbs: [get]"),
            message
        );
        assert_eq!(rule("ClusterRole", "nonResourceURLs: [/a], apiGroups: [], verbs: [get]"), "");
        assert_eq!(rule("Role", both).matches("Invalid value").count(), 2);
    }

    #[test]
    fn a_rule_names_groups_resources_and_verbs() {
        let pods = "apiGroups: [''], resources: [pods]";
        let verbs = "rules[0].verbs: Required value: verbs must contain at least one value";
        for missing in ["", ", verbs: []", ", verbs: null"] {
            assert_eq!(rule("Role", &format!("{pods}{missing}")), verbs, "{missing}");
        }
        assert_eq!(
            rule("Role", "verbs: [get], resources: [pods]"),
            "rules[0].apiGroups: Required value: resource rules must supply at least one api group"
        );
        assert_eq!(
            rule("Role", "verbs: [get], apiGroups: ['']"),
            "rules[0].resources: Required value: resource rules must supply at least one resource"
        );
        assert_eq!(rule("Role", "").matches("Required value").count(), 3);
        assert_eq!(role("Role", "rules: []"), "");
        assert_eq!(role("Role", "rules: null"), "");
        assert_eq!(role("Role", "rules: [3, text]"), "", "of another type is another flaw");
        assert_eq!(role("Role", "rules: [null]").matches("Required value").count(), 3);
    }

    #[test]
    fn aggregation_needs_a_selector() {
        for nothing in ["{}", "{clusterRoleSelectors: []}"] {
            let found = role("ClusterRole", &format!("aggregationRule: {nothing}"));
            assert!(found.contains("at least one clusterRoleSelector required"), "{found}");
        }
        assert_eq!(role("ClusterRole", "aggregationRule: {clusterRoleSelectors: [{}]}"), "");
        assert_eq!(role("ClusterRole", "aggregationRule: null"), "");
        let selector = |labels: &str| {
            role(
                "ClusterRole",
                &format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {labels}}}]}}"),
            )
        };
        assert!(selector("{a: 'b c'}").contains("invalid label selector"));
        assert_eq!(selector("{a: true}"), "");
    }
}
