//! Roles of Kubernetes' own that are public, and that it gives to nobody without credentials.

use harden_yaml::Action;

use crate::object::Object;
use crate::rbac::{Binding, Subject};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "anonymous-discovery",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "requests without credentials learn what the API server serves",
    why: "Whoever reaches the API server sees every API that it serves, and so which operators run in \
          which versions, or the keys of its ServiceAccount issuer. Kubernetes gives these roles to nobody \
          without credentials; before 1.14 it did, and an upgrade keeps such a binding.",
    remedy: "bind system:authenticated, or ServiceAccounts that need it",
    breaks: "Whoever asks without credentials is rejected: tools that discover APIs before they log in, and \
          verifiers of ServiceAccount tokens that fetch the keys from the API server itself.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K09"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:discovery
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:discovery
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:authenticated
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:unauthenticated
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:discovery
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:discovery
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:authenticated
",
};

/// Everybody who logs in.
const USERS: &str = "system:authenticated";

/// Binds everybody who logs in, unless they are bound already.
fn log_in<'d>(subject: &Subject<'d>, has_users: bool) -> Edits<'d> {
    let place = subject.place;
    if has_users {
        return vec![(place, Action::Remove)];
    }
    let name = (place.at("name"), Action::set(USERS));
    let kind = (place.at("kind"), Action::set("Group"));
    if subject.kind == "Group" { vec![name] } else { vec![name, kind] }
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    let role = binding.role_ref();
    // A RoleBinding gives nothing of a role that is about URLs alone.
    if !role.is_public() || role.is_for_anonymous() || !binding.is_cluster_wide() {
        return;
    }
    let mut has_users = binding.subjects().any(|it| it.kind == "Group" && it.name == USERS);
    let anonymous = binding.subjects().filter(Subject::is_anonymous);
    let mended = anonymous.map(|it| {
        let edits = log_in(&it, has_users);
        has_users = true;
        (it.place.at("name"), "", edits)
    });
    reporter.flag_all_with(
        format!("requests without credentials get the {} `{}`", role.kind, role.name),
        mended,
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(kind: &str, role: &str, subject: &str) -> usize {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: 'system:discovery'}}, \
             roleRef: {{kind: ClusterRole, name: '{role}'}}, subjects: [{subject}]}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn only_what_kubernetes_gives_to_nobody_in_particular_is_silent() {
        let group = "{kind: Group, name: 'system:unauthenticated'}";
        let user = "{kind: User, name: 'system:anonymous'}";
        let bound = |role: &str, subject: &str| count("ClusterRoleBinding", role, subject);
        for role in ["system:discovery", "system:service-account-issuer-discovery"] {
            assert_eq!(bound(role, group), 1, "{role}");
            assert_eq!(bound(role, user), 1, "{role}");
            assert_eq!(bound(role, "{kind: Group, name: 'system:authenticated'}"), 0, "{role}");
            assert_eq!(count("RoleBinding", role, group), 0, "{role}");
        }
        assert_eq!(bound("system:public-info-viewer", group), 0, "Kubernetes does, too");
        assert_eq!(bound("view", group), 0, "another rule says it");
    }
}
