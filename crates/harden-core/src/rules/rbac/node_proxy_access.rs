//! Roles that may speak to kubelets.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "node-proxy-access",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may speak to kubelets through nodes/proxy",
    why: "The kubelet runs commands in every container of its node for whoever has this \
          permission, get included; admission and the audit log see none of it.",
    remedy: "use nodes/metrics, nodes/stats or nodes/log for what is read",
    breaks: "Monitoring that reads metrics through nodes/proxy needs nodes/metrics and the \
          address of the kubelet.",
    mend: Mend::ByHand("what is read of the kubelet"),
    references: &[
        Reference::Cis("5.1.10"),
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
  resources: [nodes/proxy]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [nodes/metrics]
  verbs: [get]
",
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["nodes/proxy"],
    verbs: &["get", "create", "update", "patch", "delete"],
    names: Names::AreAsBad,
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Cluster, POWERS);
}
