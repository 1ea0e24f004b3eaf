//! Roles whose holders may give themselves more.

use harden_yaml::{Action, Place};

use super::power::{Where, flag_powers_with};
use crate::rbac::{self, Grant, Names, Power};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "role-escalation",
    category: Category::Rbac,
    severity: Severity::Critical,
    level: None,
    summary: "a role lets its holders give themselves any permission",
    why: "The API server lets people hand out only what they have, unless they may escalate \
          roles or bind roles: then they can make themselves administrators.",
    remedy: "leave out escalate, bind and `*`, or name the roles that may be bound in resourceNames",
    breaks: "Operators that make roles must themselves hold what they hand out.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.1.8"),
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  verbs: [get, bind]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterroles]
  verbs: [get, list, watch]
",
};

const POWERS: &[Power] = &[
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["clusterroles", "roles"],
        verbs: &["escalate"],
        names: Names::AreAsBad,
    },
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["clusterroles", "roles"],
        verbs: &["bind"],
        names: Names::AreFineBut(&["cluster-admin"]),
    },
];

/// Takes these verbs out of a rule, which goes where it has no others.
fn without<'d>(grant: &Grant<'d>, all: &[Grant<'d>]) -> Edits<'d> {
    let rule = grant.rule;
    let of_rule = all.iter().filter(|it| it.rule.place.is_at(&rule.place));
    let granted: Vec<_> = of_rule.flat_map(|it| &it.verbs).copied().collect();
    let is_granted = |it: &Place<'_>| it.as_str().is_some_and(|it| granted.contains(&it));
    let verbs = rule.place.at("verbs");
    if rule.lists("verbs", "*") {
        return Vec::new();
    }
    if verbs.items().all(|it| is_granted(&it)) {
        return vec![(rule.place, Action::Remove)];
    }
    verbs.items().filter(is_granted).map(|it| (it, Action::Remove)).collect()
}

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers_with(world, reporter, Where::Everywhere, POWERS, without);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(rule: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r}}, \
             rules: [{{apiGroups: [rbac.authorization.k8s.io], {rule}}}]}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn every_verb_includes_those_that_escalate() {
        assert_eq!(
            role("resources: [roles, rolebindings], verbs: ['*']"),
            "allows escalate roles, bind roles in every namespace"
        );
        assert_eq!(role("resources: [rolebindings], verbs: ['*']"), "");
        assert_eq!(role("resources: [roles], verbs: [create, update]"), "");
    }

    #[test]
    fn roles_that_may_be_bound_can_be_named() {
        let bind = "resources: [clusterroles], verbs: [bind], resourceNames";
        assert_eq!(role(&format!("{bind}: [view]")), "");
        assert_eq!(
            role(&format!("{bind}: [view, cluster-admin]")),
            "allows bind clusterroles in every namespace"
        );
        assert_eq!(
            role("resources: [clusterroles], verbs: [escalate], resourceNames: [view]"),
            "allows escalate clusterroles in every namespace"
        );
    }

    #[test]
    fn every_resource_is_left_to_the_rules_about_wildcards() {
        assert_eq!(role("resources: ['*'], verbs: ['*']"), "");
    }
}
