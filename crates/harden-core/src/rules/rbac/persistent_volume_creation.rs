//! Roles that may create PersistentVolumes.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "persistent-volume-creation",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role may create PersistentVolumes",
    why: "A PersistentVolume may be a directory of the node, which Pod Security does not see: \
          a pod that claims it reads and writes the files of its node.",
    remedy: "let users claim volumes, and leave creating them to provisioners",
    breaks: "Provisioners of storage need it; keep them in a namespace of their own.",
    mend: Mend::ByHand("whether volumes are made, or claimed only"),
    references: &[
        Reference::Cis("5.1.9"),
        Reference::Mitre("T1611"),
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
  resources: [persistentvolumes]
  verbs: [get, create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [persistentvolumeclaims]
  verbs: [get, create]
",
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["persistentvolumes"],
    verbs: &["create"],
    names: Names::AreFineBut(&[]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Cluster, POWERS);
}
