//! Roles that may change nodes.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "node-changes",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role may change nodes",
    why: "By labels and taints the holder decides which pods run where, and by the status \
          which address the API server takes a node for; deleting nodes evicts what runs \
          there.",
    remedy: "allow reading only, or leave changes to the tools that manage nodes",
    breaks: "Autoscalers and drivers that label nodes need it; keep them in a namespace of their own.",
    mend: Mend::ByHand("whether nodes are changed at all, or read only"),
    references: &[
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
  resources: [nodes]
  verbs: [get, patch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [nodes]
  verbs: [get, list, watch]
",
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["nodes", "nodes/status"],
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    names: Names::AreFineBut(&[]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Cluster, POWERS);
}
