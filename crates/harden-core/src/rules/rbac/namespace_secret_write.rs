//! ServiceAccounts that may write the Secrets of their namespace.

use super::power::{WRITING_SECRETS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "namespace-secret-write",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a ServiceAccount may write every Secret of a namespace",
    why: "A Secret of the type kubernetes.io/service-account-token gets a token that does not \
          expire of the ServiceAccount that it names: the workload can become every other one \
          of the namespace. Who changes a Secret chooses the keys and passwords that others \
          believe in.",
    remedy: "name the Secrets that are changed in resourceNames, and make them beforehand",
    breaks: "Controllers that make Secrets need create; give them a namespace of their own.",
    mend: Mend::ByHand("which Secrets are changed"),
    references: &[
        Reference::Cis("5.1.2"),
        Reference::Mitre("T1528"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets",
        ),
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
- apiGroups: [\"\"]
  resources: [secrets]
  resourceNames: [ci-certificate]
  verbs: [update]
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
    flag_powers(world, reporter, Where::OneNamespaceForWorkloads, WRITING_SECRETS);
}
