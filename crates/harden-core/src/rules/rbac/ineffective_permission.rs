//! Permissions that match nothing.

use harden_yaml::{Action, Place};

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ineffective-permission",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a role names a resource that no request has",
    why: "Resources are plural, in lower case, and each subresource has to be named; what is \
          written otherwise is accepted and allows nothing, so that the role does not do what \
          it says.",
    remedy: "write the plural in lower case, and subresources one by one",
    breaks: "The permission begins to work: make sure that it is wanted.",
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources",
    )],
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
  resources: [Pods]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
",
};

/// Resources of the whole cluster that people write into Roles of a namespace.
const CLUSTER_WIDE: [&str; 6] = [
    "nodes",
    "persistentvolumes",
    "clusterroles",
    "clusterrolebindings",
    "storageclasses",
    "customresourcedefinitions",
];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read(object) else { return };
    let mut words: Vec<String> = Vec::new();
    let mut places = Vec::new();
    for place in role.rules().flat_map(|rule| rule.place.at("resources").items()) {
        if let Some((reason, change)) = flaw(place, !role.is_cluster_role()) {
            words.push(format!("`{}` {reason}", place.as_str().unwrap_or("")));
            places.push((place, String::new(), change));
        }
    }
    words.dedup();
    if !places.is_empty() {
        reporter.flag_all(format!("matches no request: {}", words.join(", ")), places);
    }
}

fn flaw(place: Place<'_>, is_namespaced: bool) -> Option<(&'static str, Option<Action>)> {
    let resource = place.as_str()?;
    if resource.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let meant = resource.to_ascii_lowercase();
        return Some(("is not in lower case", Some(Action::set(meant))));
    }
    if resource.len() > 2 && resource.ends_with("/*") {
        return Some(("does not stand for every subresource", None));
    }
    if is_namespaced && CLUSTER_WIDE.contains(&resource) {
        return Some(("is outside of namespaces, which takes a ClusterRole", None));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(kind: &str, resource: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
                 rules: [{{apiGroups: [''], resources: ['{resource}'], verbs: [get]}}]}}"
            ),
        )
    }

    #[test]
    fn stars_stand_for_all_or_before_a_subresource() {
        let message = "matches no request: `pods/*` does not stand for every subresource";
        assert_eq!(role("Role", "pods/*"), [message]);
        assert!(role("Role", "*").is_empty());
        assert!(role("Role", "*/scale").is_empty());
        assert!(role("Role", "*/*").len() == 1);
    }

    #[test]
    fn resources_outside_of_namespaces_need_a_cluster_role() {
        assert_eq!(role("Role", "nodes").len(), 1);
        assert!(role("ClusterRole", "nodes").is_empty());
        // Reading the namespace itself is a request in the namespace.
        assert!(role("Role", "namespaces").is_empty());
    }
}
