//! Who gets cluster-admin.

use crate::object::Object;
use crate::rbac::{Binding, Subject};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "cluster-admin-binding",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "cluster-admin is bound for the whole cluster",
    why: "The holder may do everything, everywhere: a stolen password or a container with this \
          token is the whole cluster, and mistakes have no bounds either.",
    remedy: "bind a role that allows what is needed",
    breaks: "What the role does not list is rejected; the audit log names what was really used.",
    mend: Mend::ByHand("which permissions are needed"),
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ci
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
- kind: ServiceAccount
  name: ci
  namespace: team-a
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ci
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ci-deployer
subjects:
- kind: ServiceAccount
  name: ci
  namespace: team-a
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    if !binding.is_cluster_wide() || !binding.role_ref().is_cluster_admin() {
        return;
    }
    // Members of this group are beyond RBAC; a binding gives them nothing.
    let is_beyond = |it: &Subject<'_>| it.kind == "Group" && it.name == "system:masters";
    let holders: Vec<_> = binding.subjects().filter(|it| !is_beyond(it)).collect();
    let names: Vec<_> = holders.iter().map(Subject::to_string).collect();
    reporter.flag_all(
        format!("{} may do everything in the whole cluster", names.join(", ")),
        holders.iter().map(|it| (it.place.at("name"), String::new(), None)),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn binding(kind: &str, role: &str, subjects: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
                 roleRef: {{kind: ClusterRole, name: {role}}}, subjects: {subjects}}}"
            ),
        )
    }

    #[test]
    fn all_holders_are_named() {
        let subjects = "[{kind: ServiceAccount, name: ci, namespace: b}, {kind: Group, name: ops}]";
        assert_eq!(
            binding("ClusterRoleBinding", "cluster-admin", subjects),
            ["ServiceAccount b/ci, Group ops may do everything in the whole cluster"]
        );
        assert!(binding("RoleBinding", "cluster-admin", subjects).is_empty());
        assert!(binding("ClusterRoleBinding", "view", subjects).is_empty());
    }

    #[test]
    fn nobody_is_no_flaw() {
        assert!(binding("ClusterRoleBinding", "cluster-admin", "[]").is_empty());
        let masters = "[{kind: Group, name: 'system:masters'}]";
        assert!(binding("ClusterRoleBinding", "cluster-admin", masters).is_empty());
        let user = masters.replace("Group", "User");
        assert_eq!(binding("ClusterRoleBinding", "cluster-admin", &user).len(), 1);
    }
}
