//! Roles that may approve certificates of clients.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "certificate-approval",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may approve certificates for any user",
    why: "Who may approve requests of the signer kubernetes.io/kube-apiserver-client gets a \
          certificate for any user or group that the API server believes, and it cannot be \
          revoked.",
    remedy: "name the signers in resourceNames, without kubernetes.io/kube-apiserver-client",
    breaks: "Approving certificates of people must be done by an administrator.",
    mend: Mend::ByHand("which signers are to be approved for"),
    references: &[
        Reference::Cis("5.1.11"),
        Reference::Mitre("T1078"),
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
- apiGroups: [certificates.k8s.io]
  resources: [signers]
  verbs: [approve]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [certificates.k8s.io]
  resources: [signers]
  resourceNames: [kubernetes.io/kubelet-serving]
  verbs: [approve]
",
};

const POWERS: &[Power] = &[Power {
    group: "certificates.k8s.io",
    resources: &["signers"],
    verbs: &["approve"],
    names: Names::AreFineBut(&["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Cluster, POWERS);
}
