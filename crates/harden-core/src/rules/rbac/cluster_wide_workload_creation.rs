//! Roles that may run pods everywhere.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-workload-creation",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role may create workloads in every namespace",
    why: "Who makes a pod chooses its ServiceAccount, mounts any Secret of its namespace and, \
          where Pod Security lets it, the node; in kube-system that is the whole cluster.",
    remedy: "bind it in the namespaces that need it, by RoleBindings",
    breaks: "Deploying to further namespaces needs a binding in each of them.",
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
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [create, patch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
",
};

const POWERS: &[Power] = &[
    Power {
        group: "",
        resources: &["pods", "replicationcontrollers"],
        verbs: &["create"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "apps",
        resources: &["daemonsets", "deployments", "replicasets", "statefulsets"],
        verbs: &["create"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "batch",
        resources: &["cronjobs", "jobs"],
        verbs: &["create"],
        names: Names::AreFineBut(&[]),
    },
];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::EveryNamespace, POWERS);
}
