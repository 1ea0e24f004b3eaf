//! Roles for whoever can log in.

use crate::object::Object;
use crate::rbac::{Binding, Subject};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "access-for-every-user",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "everyone who can log in gets a role",
    why: "The group system:authenticated holds every user, every ServiceAccount and, with some \
          providers, everyone with an account there; nobody decides who joins it.",
    remedy: "bind a group of your own, or single users",
    breaks: "Users who relied on it lose access; put them into a group and bind that.",
    mend: Mend::ByHand("which users need the role"),
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Mitre("T1078"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: everyone-views
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:authenticated
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: everyone-views
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: engineers
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    let role = binding.role_ref();
    // system:basic-user, system:discovery and the like are made for everyone.
    if role.is_for_everyone() {
        return;
    }
    let mut everyone = binding.subjects().filter(Subject::is_everyone).peekable();
    if everyone.peek().is_none() {
        return;
    }
    reporter.flag_all(
        format!("everyone who can log in gets the {} `{}`", role.kind, role.name),
        everyone.map(|it| (it.place.at("name"), String::new(), None)),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(kind: &str, role: &str, subject: &str) -> usize {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
             roleRef: {{kind: ClusterRole, name: '{role}'}}, subjects: [{subject}]}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn the_group_counts_in_bindings_of_both_kinds() {
        let everyone = "{kind: Group, name: 'system:authenticated'}";
        assert_eq!(count("ClusterRoleBinding", "view", everyone), 1);
        assert_eq!(count("RoleBinding", "view", everyone), 1);
        assert_eq!(count("RoleBinding", "view", "{kind: Group, name: engineers}"), 0);
    }

    #[test]
    fn roles_that_kubernetes_makes_for_everyone_may_go_to_everyone() {
        let everyone = "{kind: Group, name: 'system:authenticated'}";
        assert_eq!(count("ClusterRoleBinding", "system:basic-user", everyone), 0);
        assert_eq!(count("ClusterRoleBinding", "system:acme", everyone), 1);
        assert_eq!(count("ClusterRoleBinding", "system:node", everyone), 1);
    }
}
