//! Permissions for pods that name no ServiceAccount.

use crate::object::Object;
use crate::rbac::{Binding, PodIdentity};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "default-service-account-binding",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role is bound to the ServiceAccount default",
    why: "Every pod of the namespace that names no ServiceAccount of its own gets these \
          permissions, also those that never needed any.",
    remedy: "make a ServiceAccount for the workload that needs the role, and bind that",
    breaks: "The workload must name the new account in serviceAccountName.",
    mend: Mend::ByHand("which workload needs the role, and under which ServiceAccount it runs"),
    references: &[
        Reference::Cis("5.1.5"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read-config
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: default
  namespace: team-a
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read-config
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-a
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    let role = binding.role_ref();
    // OpenShift makes this one for whole namespaces.
    let is_for_namespaces = role.kind == "ClusterRole" && role.name == "system:image-puller";
    if role.is_for_everyone() || is_for_namespaces {
        return;
    }
    let mut namespaces = Vec::new();
    let mut places = Vec::new();
    for subject in binding.subjects() {
        let namespace = match subject.service_account_group() {
            Some("") => continue,
            Some(namespace) => namespace,
            None if subject.kind == "ServiceAccount" && subject.name == PodIdentity::DEFAULT => {
                subject.namespace
            }
            None => continue,
        };
        namespaces.push(namespace);
        places.push((subject.place.at("name"), String::new(), None));
    }
    namespaces.dedup();
    let whose = match namespaces.as_slice() {
        [""] => "its namespace".to_owned(),
        names => format!("namespace {}", names.join(", ")),
    };
    if !places.is_empty() {
        reporter.flag_all(
            format!(
                "every pod of {whose} gets the {} `{}` unless it names another ServiceAccount",
                role.kind, role.name
            ),
            places,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn binding(role: &str, subject: &str) -> Vec<String> {
        binding_of("Role", role, subject)
    }

    fn binding_of(kind: &str, role: &str, subject: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: a, \
                 namespace: nn}}, roleRef: {{kind: {kind}, name: '{role}'}}, subjects: [{subject}]}}"
            ),
        )
    }

    #[test]
    fn the_namespace_is_that_of_the_binding_unless_one_is_written() {
        let tail = "gets the Role `r` unless it names another ServiceAccount";
        assert_eq!(
            binding("r", "{kind: ServiceAccount, name: default}"),
            [format!("every pod of namespace nn {tail}")]
        );
        assert_eq!(
            binding("r", "{kind: ServiceAccount, name: default, namespace: m}"),
            [format!("every pod of namespace m {tail}")]
        );
    }

    #[test]
    fn groups_of_a_namespace_hold_its_default_account() {
        assert_eq!(binding("r", "{kind: Group, name: 'system:serviceaccounts:m'}").len(), 1);
        assert_eq!(binding("r", "{kind: Group, name: 'system:serviceaccounts'}").len(), 0);
        assert_eq!(binding("r", "{kind: User, name: default}").len(), 0);
    }

    #[test]
    fn only_roles_that_are_made_for_everyone_may_go_to_everyone() {
        let group = "{kind: Group, name: 'system:serviceaccounts:m'}";
        let count = |kind: &str, role: &str| binding_of(kind, role, group).len();
        assert_eq!(count("ClusterRole", "system:image-puller"), 0);
        assert_eq!(count("Role", "system:image-puller"), 1);
        assert_eq!(count("ClusterRole", "system:discovery"), 0);
        assert_eq!(count("ClusterRole", "system:acme"), 1);
        assert_eq!(count("ClusterRole", "system:node"), 1);
    }
}
