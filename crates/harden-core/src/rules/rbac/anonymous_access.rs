//! Roles for requests without credentials.

use harden_yaml::Action;

use crate::object::Object;
use crate::rbac::{Binding, Subject};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "anonymous-access",
    category: Category::Rbac,
    severity: Severity::Critical,
    level: None,
    summary: "requests without credentials get a role",
    why: "Whoever reaches the API server over the network has these permissions, without a \
          password, a token or a trace of who it was.",
    remedy: "bind users or groups that log in",
    breaks: "Probes and tools that call the API server without credentials are rejected; give them \
          a ServiceAccount.",
    mend: Mend::WithThought,
    references: &[
        Reference::Mitre("T1078"),
        Reference::Owasp("K09"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: public-view
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:unauthenticated
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: public-view
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
    if role.is_public() {
        return;
    }
    let mut anonymous = binding.subjects().filter(Subject::is_anonymous).peekable();
    if anonymous.peek().is_none() {
        return;
    }
    reporter.flag_all_with(
        format!("requests without credentials get the {} `{}`", role.kind, role.name),
        anonymous.map(|it| (it.place.at("name"), "", vec![(it.place, Action::Remove)])),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(role: &str, subject: &str) -> usize {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: a}}, \
             roleRef: {{kind: ClusterRole, name: '{role}'}}, subjects: [{subject}]}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn the_user_and_the_group_are_both_anonymous() {
        assert_eq!(count("view", "{kind: User, name: 'system:anonymous'}"), 1);
        assert_eq!(count("view", "{kind: Group, name: 'system:unauthenticated'}"), 1);
        assert_eq!(count("view", "{kind: User, name: 'system:unauthenticated'}"), 0);
    }

    #[test]
    fn what_is_public_by_design_may_be_public() {
        let anyone = "{kind: Group, name: 'system:unauthenticated'}";
        assert_eq!(count("system:public-info-viewer", anyone), 0);
        assert_eq!(count("system:basic-user", anyone), 1);
    }
}
