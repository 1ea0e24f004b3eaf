//! Roles for every verb.

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wildcard-verbs",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role allows every verb on resources of Kubernetes",
    why: "Every verb includes deletecollection, which empties a namespace at once, and verbs \
          that escalate, such as impersonate, bind and approve.",
    remedy: "list the verbs",
    breaks: "Verbs that are not listed are rejected; get, list, watch, create, update, patch and \
          delete cover most tools.",
    mend: Mend::ByHand("which verbs are needed"),
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
- apiGroups: [apps]
  resources: [deployments]
  verbs: [\"*\"]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, patch]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object) else { return };
    // Where every resource is allowed, too, that is what is reported.
    let rules = role.rules().filter(|it| {
        it.lists("verbs", "*") && !it.lists("resources", "*") && it.is_of_kubernetes()
    });
    let (mut words, mut places) = (Vec::new(), Vec::new());
    for rule in rules {
        words.extend(rule.words("resources"));
        places.extend(rule.listing("verbs", "*").map(|it| (it, String::new(), None)));
    }
    if !places.is_empty() {
        reporter.flag_all(format!("allows every verb on {}", words.join(", ")), places);
    }
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
    fn the_resources_are_named() {
        assert_eq!(
            role("Role", "apiGroups: [''], resources: [pods, secrets], verbs: [get, '*']"),
            "allows every verb on pods, secrets"
        );
    }

    #[test]
    fn an_operator_may_own_its_group() {
        let own = "apiGroups: [cert-manager.io], resources: [certificates], verbs: ['*']";
        assert_eq!(role("ClusterRole", own), "");
    }

    #[test]
    fn urls_are_no_resources() {
        assert_eq!(role("ClusterRole", "nonResourceURLs: [/metrics], verbs: ['*']"), "");
    }
}
