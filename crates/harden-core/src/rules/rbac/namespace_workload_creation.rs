//! ServiceAccounts that may run pods in their namespace.

use super::power::{RUNNING_PODS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "namespace-workload-creation",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a ServiceAccount may create or change workloads in a namespace",
    why: "Who makes a pod, or changes the template of one, chooses its ServiceAccount and mounts any \
          Secret of the namespace: the workload can become every other one there.",
    remedy: "give workloads that deploy others a namespace without stronger ServiceAccounts",
    breaks: "",
    mend: Mend::ByHand("in which namespace the workloads are made"),
    references: &[
        Reference::Cis("5.1.4"),
        Reference::Mitre("T1610"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ci
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: ci
subjects:
- kind: ServiceAccount
  name: ci
  namespace: team-a
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ci
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: ci
subjects:
- kind: ServiceAccount
  name: ci
  namespace: team-a
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::OneNamespaceForWorkloads, RUNNING_PODS);
}
