//! Roles that may enter every container.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-pod-access",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may enter the containers of every namespace",
    why: "Who may run a program in any container has the tokens, Secrets and data of every \
          workload, those of the cluster itself included.",
    remedy: "bind it in the namespaces that need it, by RoleBindings",
    breaks: "Debugging across namespaces needs a binding in each of them.",
    references: &[
        Reference::Mitre("T1609"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [pods/exec]
  verbs: [create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [pods/log]
  verbs: [get]
",
};

const POWERS: &[Power] = &[
    Power {
        group: "",
        resources: &["pods/exec", "pods/attach", "pods/portforward"],
        verbs: &["create", "get"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "",
        resources: &["pods/ephemeralcontainers"],
        verbs: &["patch", "update"],
        names: Names::AreFineBut(&[]),
    },
];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::EveryNamespace, POWERS);
}
