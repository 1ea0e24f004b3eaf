//! Bindings of roles that are not there.

use std::collections::BTreeSet;

use harden_yaml::Action;

use super::GROUP;
use super::access::{RoleRef, is_binding, is_built_in_name};
use crate::check::{Object, Reporter, World};
use crate::rule::{Category, Check, Reference, Rule, Severity};
use crate::rules::similar::is_misspelt;

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
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
        ),
    ],
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
    let cluster: BTreeSet<&str> = world.of_kind(GROUP, "ClusterRole").map(|it| it.name()).collect();
    let roles: BTreeSet<(&str, &str)> =
        world.of_kind(GROUP, "Role").map(|it| (namespace(it), it.name())).collect();
    for binding in world.objects.iter().filter(|it| is_binding(it)) {
        let role = RoleRef::read(binding);
        let here = namespace(binding);
        let in_namespace =
            || roles.range((here, "")..).take_while(|it| it.0 == here).map(|it| it.1);
        let is_known = match role.kind {
            "Role" => roles.contains(&(here, role.name)),
            "ClusterRole" => cluster.contains(role.name) || is_built_in_name(role.name),
            _ => true,
        };
        if is_known || role.name.is_empty() {
            continue;
        }
        let (other_kind, has_other_kind) = match role.kind {
            "Role" => ("ClusterRole", cluster.contains(role.name)),
            _ => {
                ("Role", binding.kind == "RoleBinding" && in_namespace().any(|it| it == role.name))
            }
        };
        if has_other_kind {
            let message = format!("`{}` is a {other_kind}, not a {}", role.name, role.kind);
            reporter.flag_in(
                binding,
                role.place.at("kind"),
                message,
                Some(Action::set(other_kind)),
            );
            continue;
        }
        let near = match role.kind {
            "Role" => in_namespace().find(|it| is_misspelt(role.name, it)),
            _ => cluster.iter().copied().find(|it| is_misspelt(role.name, it)),
        };
        if let Some(near) = near {
            let message =
                format!("no {} is called `{}`; did you mean `{near}`?", role.kind, role.name);
            reporter.flag_in(binding, role.place.at("name"), message, Some(Action::set(near)));
        }
    }
}

fn namespace<'d>(object: &Object<'d>) -> &'d str {
    object.namespace().unwrap_or("")
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
