//! Bindings that the API server rejects.

use harden_yaml::Action;

use crate::object::Object;
use crate::rbac::{Binding, Problem, ProblemKind};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-binding",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a binding is rejected by the API server",
    why: "The whole object is rejected, so that nobody gets the role, and a deployment that \
          contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "The subjects get the role: make sure that they are meant to.",
    mend: Mend::ByHand("who is bound, and to which role"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: web
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: web
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: web
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
    let Some(binding) = Binding::read(object) else { return };
    let problems = binding.problems();
    let words: Vec<_> = problems.iter().map(|it| format!("{}: {it}", it.place.path())).collect();
    reporter.flag_all(
        words.join(", "),
        problems.iter().map(|it| (it.place, String::new(), change(it))),
    );
}

fn change(problem: &Problem<'_>) -> Option<Action> {
    match problem.kind {
        ProblemKind::Group("") => Some(Action::Remove),
        ProblemKind::Group(group) => Some(Action::set(group)),
        ProblemKind::Kind(kinds) => {
            let written = problem.place.as_str().unwrap_or_default();
            let mut kinds = kinds.iter();
            kinds.find(|it| it.eq_ignore_ascii_case(written)).map(|it| Action::set(*it))
        }
        ProblemKind::Missing(_) | ProblemKind::Invalid(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn binding(kind: &str, role_ref: &str, subject: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
             roleRef: {{{role_ref}}}, subjects: [{{{subject}}}]}}"
        );
        messages(&RULE, &text).join("; ")
    }

    const ROLE: &str = "kind: ClusterRole, name: view";

    #[test]
    fn a_service_account_needs_a_namespace_only_in_a_cluster_role_binding() {
        let account = "kind: ServiceAccount, name: web";
        assert_eq!(
            binding("ClusterRoleBinding", ROLE, account),
            "subjects[0].namespace: Required value"
        );
        assert_eq!(binding("RoleBinding", ROLE, account), "");
    }

    #[test]
    fn groups_of_the_api_are_those_of_the_kind() {
        assert_eq!(
            binding("RoleBinding", ROLE, "kind: ServiceAccount, name: web, apiGroup: v1"),
            "subjects[0].apiGroup: Unsupported value: \"v1\": supported values: \"\""
        );
        assert_eq!(binding("RoleBinding", ROLE, "kind: User, name: ann"), "");
        assert_eq!(
            binding("RoleBinding", ROLE, "kind: User, name: ann, apiGroup: rbac"),
            "subjects[0].apiGroup: Unsupported value: \"rbac\": supported values: \
             \"rbac.authorization.k8s.io\""
        );
        assert_eq!(
            binding("RoleBinding", ROLE, "kind: user, name: ann"),
            "subjects[0].kind: Unsupported value: \"user\": supported values: \"ServiceAccount\", \
             \"User\", \"Group\""
        );
    }

    #[test]
    fn a_role_cannot_be_bound_for_the_cluster() {
        let ann = "kind: User, name: ann";
        assert_eq!(
            binding("ClusterRoleBinding", "kind: Role, name: view", ann),
            "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\""
        );
        assert_eq!(binding("RoleBinding", "kind: Role, name: view", ann), "");
        assert_eq!(binding("RoleBinding", "kind: Role", ann), "roleRef.name: Required value");
    }

    #[test]
    fn the_name_of_a_service_account_is_a_subdomain() {
        for name in ["' app'", "app ", "App", "'system:serviceaccount:team:app'", "team/app"] {
            let found =
                binding("RoleBinding", ROLE, &format!("kind: ServiceAccount, name: {name}"));
            let is_valid = name == "app ";
            assert_eq!(found.is_empty(), is_valid, "{name}: {found}");
        }
        assert_eq!(binding("RoleBinding", ROLE, "kind: User, name: 'App '"), "");
        assert_eq!(binding("RoleBinding", ROLE, "kind: ServiceAccount, name: '${NAME}'"), "");
    }

    #[test]
    fn names_of_roles_are_parts_of_a_path() {
        let ann = "kind: User, name: ann";
        assert_eq!(
            binding("RoleBinding", "kind: Role, name: a/b", ann),
            "roleRef.name: Invalid value: \"a/b\": may not contain '/'"
        );
        assert_eq!(binding("RoleBinding", "kind: Role, name: 'a:B c'", ann), "");
    }
}
