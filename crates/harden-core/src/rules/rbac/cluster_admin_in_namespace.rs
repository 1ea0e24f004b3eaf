//! Who gets cluster-admin in a namespace.

use harden_yaml::Action;

use crate::object::Object;
use crate::rbac::Binding;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "cluster-admin-in-namespace",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "cluster-admin is bound in a namespace",
    why: "The holder may change what bounds the namespace itself: its quota, its network \
          policies, its role bindings and every Secret. The role admin leaves out quota and \
          the namespace; a role of your own can leave out more.",
    remedy: "bind the role admin, or one of your own",
    breaks: "Changing the quota and custom resources that admin does not include is rejected. A binding keeps its \
             role: delete it before it is applied again.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: team
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: team-a
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: team
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: admin
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: team-a
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    let role = binding.role_ref();
    if !binding.is_cluster_wide() && role.is_cluster_admin() {
        let names: Vec<_> = binding.subjects().map(|it| it.to_string()).collect();
        if !names.is_empty() {
            let message = format!("{} may do everything in the namespace", names.join(", "));
            reporter.flag(role.place.at("name"), message, Some(Action::set("admin")));
        }
    }
}
