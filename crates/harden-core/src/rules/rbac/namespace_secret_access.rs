//! ServiceAccounts that may read the Secrets of their namespace.

use super::power::{READING_SECRETS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "namespace-secret-access",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a ServiceAccount may read every Secret of a namespace",
    why: "Whoever gets into the workload reads the credentials of all others of the namespace; \
          list and watch return contents just as get does, and so does the answer to a patch.",
    remedy: "name the Secrets in resourceNames, or mount them into the pod",
    breaks: "Controllers that watch Secrets need list and watch; give them a namespace of their own.",
    mend: Mend::ByHand("which Secrets are read"),
    references: &[
        Reference::Cis("5.1.2"),
        Reference::Mitre("T1552.007"),
        Reference::Owasp("K03"),
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
- apiGroups: [\"\"]
  resources: [secrets]
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
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [secrets]
  resourceNames: [ci-token]
  verbs: [get]
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
    flag_powers(world, reporter, Where::OneNamespaceForWorkloads, READING_SECRETS);
}
