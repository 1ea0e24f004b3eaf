//! Bindings of roles that are not there.

use std::cell::OnceCell;

use harden_yaml::Action;
use rustc_hash::FxHashMap;

use crate::rbac::{self, Binding, Referent};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::similar::Names;

pub(super) static RULE: Rule = Rule {
    id: "missing-role",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a binding names a role that the input has under another name or kind",
    why: "The API server takes the binding, and nobody gets anything by it; whoever makes a \
          role of that name later decides what the subjects may do.",
    remedy: "name the role as it is called",
    breaks: "The subjects get the role: make sure that they are meant to.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
        ),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pod-reader
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: pod-readers
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-a
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pod-reader
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: pod-reader
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-a
",
};

/// A role that is not in the input may be in the cluster; only a name or kind that is almost right
/// is taken for a mistake.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let access = world.rbac();
    let names = OnceCell::new();
    for object in world.of_kinds(rbac::KINDS) {
        let Some(binding) = Binding::read(object) else { continue };
        let role = binding.role_ref();
        match access.referent(&binding) {
            Referent::Known if !access.is_in_other_tree(&binding) => {}
            Referent::OfKind(kind) => {
                let message = format!("`{}` is a {kind}, not a {}", role.name, role.kind);
                let change = Some(Action::set(kind));
                reporter.flag_in(object, role.place.at("kind"), message, change);
            }
            Referent::Known | Referent::Unknown => {
                let names = names.get_or_init(|| {
                    let mut names: FxHashMap<_, Names<'_>> = FxHashMap::default();
                    access.names().for_each(|(of, name)| names.entry(of).or_default().add(name));
                    names
                });
                let names = names.get(&(role.kind, role.namespace)).into_iter();
                let mut near = names.flat_map(|it| it.meant_by(role.name));
                if let Some(near) = near.find(|it| access.is_beside(&binding, it)) {
                    let message = format!(
                        "no {} is called `{}`; did you mean `{near}`?",
                        role.kind, role.name
                    );
                    let change = Some(Action::set(near));
                    reporter.flag_in(object, role.place.at("name"), message, change);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn bound(role: &str, role_ref: &str) -> String {
        let head = "apiVersion: rbac.authorization.k8s.io/v1";
        let text = format!(
            "{{{head}, {role}}}\n---\n{{{head}, kind: RoleBinding, metadata: {{name: b, namespace: nn}}, \
             roleRef: {{{role_ref}}}, subjects: []}}"
        );
        messages(&RULE, &text).join("; ")
    }

    const ROLE: &str = "kind: Role, metadata: {name: pod-reader, namespace: nn}";
    const CLUSTER_ROLE: &str = "kind: ClusterRole, metadata: {name: pod-reader}";

    #[test]
    fn a_role_of_the_other_kind_is_pointed_out() {
        assert_eq!(
            bound(ROLE, "kind: ClusterRole, name: pod-reader"),
            "`pod-reader` is a Role, not a ClusterRole"
        );
        assert_eq!(
            bound(CLUSTER_ROLE, "kind: Role, name: pod-reader"),
            "`pod-reader` is a ClusterRole, not a Role"
        );
        assert_eq!(bound(ROLE, "kind: Role, name: pod-reader"), "");
        assert_eq!(bound(CLUSTER_ROLE, "kind: ClusterRole, name: pod-reader"), "");
    }

    #[test]
    fn a_role_that_is_simply_elsewhere_is_no_mistake() {
        assert_eq!(bound(ROLE, "kind: Role, name: secret-writer"), "");
        assert_eq!(bound(CLUSTER_ROLE, "kind: ClusterRole, name: view"), "");
        let elsewhere = "kind: Role, metadata: {name: pod-reader, namespace: other}";
        assert_eq!(bound(elsewhere, "kind: Role, name: pod-readers"), "");
    }
}
