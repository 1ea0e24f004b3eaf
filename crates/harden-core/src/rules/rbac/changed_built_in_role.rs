//! Roles of Kubernetes that allow more than it gave them.

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "changed-built-in-role",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role that Kubernetes makes is given more",
    why: "The name promises what the documentation says. Everyone who holds the role, the parts of \
          Kubernetes itself included, gets these permissions, too, and the API server never takes \
          them away.",
    remedy: "make a role of another name, and bind it to those who need it; to extend admin, edit or \
             view, label it to be aggregated into them",
    breaks: "Whoever relies on the additional permissions needs a binding of the new role.",
    mend: Mend::ByHand("what the role is to be called, and who needs it"),
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Mitre("T1098.006"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: view
rules:
- apiGroups: [\"\"]
  resources: [secrets]
  verbs: [get, list]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: view-secrets
rules:
- apiGroups: [\"\"]
  resources: [secrets]
  verbs: [get, list]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    // What aggregation fills in is what the role is for.
    let Some(role) = Role::read_own(object).filter(|it| !it.is_aggregated()) else { return };
    if role.has_built_in_name() {
        reporter.flag_all(
            format!("`{}` allows more than Kubernetes lets it", object.name()),
            role.rules().map(|it| (it.place, String::new(), None)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(head: &str, rules: &str) -> usize {
        let text =
            format!("{{apiVersion: rbac.authorization.k8s.io/v1, {head}, rules: [{rules}]}}");
        messages(&RULE, &text).len()
    }

    #[test]
    fn what_kubernetes_makes_is_no_change() {
        let viewer = "kind: ClusterRole, metadata: {name: 'system:public-info-viewer'}";
        let healthz = "{nonResourceURLs: [/version, /healthz], verbs: [get]}";
        assert_eq!(count(viewer, healthz), 0);
        assert_eq!(
            count(viewer, &format!("{healthz}, {{nonResourceURLs: [/logs], verbs: [get]}}")),
            1
        );
        assert_eq!(count(viewer, &healthz.replace("get", "'*'")), 1);
    }

    #[test]
    fn roles_in_namespaces_count_where_kubernetes_makes_them() {
        let rule = "{apiGroups: [''], resources: [configmaps], verbs: [update]}";
        let reader = "kind: Role, metadata: {name: extension-apiserver-authentication-reader";
        assert_eq!(count(&format!("{reader}, namespace: kube-system}}"), rule), 1);
        assert_eq!(count(&format!("{reader}, namespace: shop}}"), rule), 0);
        assert_eq!(count("kind: Role, metadata: {name: view, namespace: shop}", rule), 0);
    }
}
