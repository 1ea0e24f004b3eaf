//! Bindings that the API server rejects.

use harden_yaml::{Action, Place};

use super::GROUP;
use super::access::{RoleRef, Subject, is_binding, subjects};
use crate::check::{Object, Reporter};
use crate::rule::{Category, Check, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-binding",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a binding is rejected by the API server",
    why: "The whole object is rejected, so that nobody gets the role, and a deployment that \
          contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "",
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/",
    )],
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
    if !is_binding(object) {
        return;
    }
    let mut problems = Vec::new();
    role_ref(object, &mut problems);
    for subject in subjects(object) {
        self::subject(subject, object.kind == "RoleBinding", &mut problems);
    }
    let words: Vec<_> = problems
        .iter()
        .map(|it: &Problem<'_>| format!("{}: {}", it.place.path_from(&object.place), it.rule))
        .collect();
    reporter.flag_all(
        words.join(", "),
        problems.into_iter().map(|it| (it.place, String::new(), it.change)),
    );
}

struct Problem<'d> {
    place: Place<'d>,
    rule: String,
    change: Option<Action>,
}

/// As ValidateRoleBinding and ValidateClusterRoleBinding do; a missing apiGroup is defaulted before.
fn role_ref<'d>(binding: &Object<'d>, problems: &mut Vec<Problem<'d>>) {
    let role = RoleRef::read(binding);
    let group = role.place.at("apiGroup");
    if group.as_str().is_some_and(|it| !it.is_empty() && it != GROUP) {
        let words = unsupported(group, &[GROUP]);
        problems.push(Problem { place: group, rule: words, change: Some(Action::set(GROUP)) });
    }
    let place = role.place.at("kind");
    let kinds: &[&str] =
        if binding.kind == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if !kinds.contains(&role.kind) {
        problems.push(Problem { place, rule: unsupported(place, kinds), change: None });
    }
    if role.name.is_empty() {
        let place = role.place.at("name");
        problems.push(Problem { place, rule: "Required value".to_owned(), change: None });
    }
}

/// As ValidateRoleBindingSubject does.
fn subject<'d>(subject: Subject<'d>, is_namespaced: bool, problems: &mut Vec<Problem<'d>>) {
    let place = subject.place;
    let group = place.at("apiGroup");
    let written = group.as_str().filter(|it| !it.is_empty());
    let mut add = |place, rule, change| problems.push(Problem { place, rule, change });
    if subject.name.is_empty() {
        add(place.at("name"), "Required value".to_owned(), None);
    }
    match subject.kind {
        "ServiceAccount" => {
            if written.is_some() {
                add(group, unsupported(group, &[""]), Some(Action::Remove));
            }
            let namespace = place.at("namespace");
            if !is_namespaced && namespace.as_str().is_none_or(str::is_empty) {
                add(namespace, "Required value".to_owned(), None);
            }
        }
        "User" | "Group" => {
            if written.is_some_and(|it| it != GROUP) {
                add(group, unsupported(group, &[GROUP]), Some(Action::set(GROUP)));
            }
        }
        _ => {
            let kind = place.at("kind");
            add(kind, unsupported(kind, &["ServiceAccount", "User", "Group"]), None);
        }
    }
}

fn unsupported(place: Place<'_>, supported: &[&str]) -> String {
    let supported: Vec<_> = supported.iter().map(|it| format!("\"{it}\"")).collect();
    let value = place.as_str().unwrap_or("");
    format!("Unsupported value: \"{value}\": supported values: {}", supported.join(", "))
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
}
