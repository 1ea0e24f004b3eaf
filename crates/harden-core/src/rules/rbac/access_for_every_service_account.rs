//! Roles for all ServiceAccounts of the cluster.

use crate::object::Object;
use crate::rbac::Binding;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "access-for-every-service-account",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "every ServiceAccount of the cluster gets a role",
    why: "Every pod that has a token then holds these permissions, in every namespace and also \
          in those made later: whoever gets into any container of the cluster has them.",
    remedy: "bind the ServiceAccounts that need the role, by name",
    breaks: "Pods that used the role without being named in a binding lose it; list them first.",
    mend: Mend::ByHand("which ServiceAccounts need the role"),
    references: &[
        Reference::Cis("5.1.5"),
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
  name: read-config
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: config-reader
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:serviceaccounts
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: read-config
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: config-reader
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-a
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(binding) = Binding::read_own(object) else { return };
    let role = binding.role_ref();
    // Kubernetes lets them look at the issuer's public keys.
    if role.is_for_everyone() {
        return;
    }
    let mut everyone =
        binding.subjects().filter(|it| it.service_account_group() == Some("")).peekable();
    if everyone.peek().is_none() {
        return;
    }
    reporter.flag_all(
        format!("every ServiceAccount of the cluster gets the {} `{}`", role.kind, role.name),
        everyone.map(|it| (it.place.at("name"), String::new(), None)),
    );
}
