//! Subjects that nobody is.

use harden_yaml::Action;

use crate::object::Object;
use crate::rbac::Binding;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unmatched-subject",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a binding names a user or group that nobody is",
    why: "The name belongs to the other kind: the API server takes it, and those who were \
          meant get nothing.",
    remedy: "write kind as the message says",
    breaks: "Those who were meant get the role: make sure that they should.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:serviceaccount:team-a:web
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: system:serviceaccount:team-a:web
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read(object) else { return };
    let mut words = Vec::new();
    let mut places = Vec::new();
    for subject in binding.subjects() {
        if let Some(kind) = subject.kind_of_name().filter(|it| *it != subject.kind) {
            words.push(format!("`{}` is a {kind}, not a {}", subject.name, subject.kind));
            places.push((subject.place.at("kind"), String::new(), Some(Action::set(kind))));
        }
    }
    reporter.flag_all(words.join(", "), places);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn bound(kind: &str, name: &str) -> usize {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: a}}, \
             roleRef: {{kind: Role, name: r}}, subjects: [{{kind: {kind}, name: '{name}'}}]}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn names_of_the_api_server_have_one_kind() {
        for (kind, other, name) in [
            ("Group", "User", "system:authenticated"),
            ("Group", "User", "system:serviceaccounts"),
            ("Group", "User", "system:serviceaccounts:n"),
            ("User", "Group", "system:serviceaccount:n:a"),
            ("User", "Group", "system:anonymous"),
            ("User", "Group", "system:node:a"),
        ] {
            assert_eq!((bound(kind, name), bound(other, name)), (0, 1), "{name}");
        }
    }

    #[test]
    fn other_names_may_be_anything() {
        assert_eq!(bound("User", "engineers"), 0);
        assert_eq!(bound("Group", "ann"), 0);
        assert_eq!(bound("ServiceAccount", "system"), 0);
    }
}
