//! Roles for everything in API groups of others.

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wildcard-custom-resources",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a role allows every verb or covers every resource of custom kinds",
    why: "An operator may do what it likes with its own kinds. Anybody else may ask the operator \
          through them for whatever it can do, and a later version of it adds kinds that nobody \
          thought of.",
    remedy: "list the resources and the verbs",
    breaks: "Resources and verbs that are not listed are rejected; the audit log names what was \
             really used.",
    mend: Mend::ByHand("which resources and verbs are needed"),
    references: &[
        Reference::Cis("5.1.3"),
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
- apiGroups: [cert-manager.io]
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
- apiGroups: [cert-manager.io]
  resources: [certificates]
  verbs: [get, list]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object) else { return };
    let (mut groups, mut places) = (Vec::new(), Vec::new());
    for rule in role.rules().filter(|it| !it.is_of_kubernetes()) {
        let before = places.len();
        for key in ["resources", "verbs"] {
            places.extend(rule.listing(key, "*").map(|it| (it, String::new(), None)));
        }
        if places.len() > before {
            groups.extend(rule.words("apiGroups"));
        }
    }
    groups.sort_unstable();
    groups.dedup();
    // A rule without a group is for URLs, or the API server refuses it.
    if !groups.is_empty() {
        reporter.flag_all(format!("a wildcard in {}", groups.join(", ")), places);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(rules: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r}}, \
             rules: [{rules}]}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn groups_are_named_once() {
        let verbs = "{apiGroups: [b.io], resources: [things], verbs: ['*']}";
        let resources = "{apiGroups: [a.io, b.io], resources: ['*'], verbs: [get]}";
        assert_eq!(says(&format!("{verbs}, {resources}")), ["a wildcard in a.io, b.io"]);
    }

    #[test]
    fn groups_of_kubernetes_and_urls_are_for_other_rules() {
        assert!(says("{apiGroups: [apps], resources: ['*'], verbs: ['*']}").is_empty());
        assert!(says("{nonResourceURLs: ['*'], verbs: ['*']}").is_empty());
        assert!(says("{apiGroups: [a.io], resources: [things], verbs: [get]}").is_empty());
    }
}
