//! Roles that may change what the API server asks before it stores.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "admission-configuration-write",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may change admission webhooks or policies",
    why: "A mutating webhook sees every object that is written, Secrets included, and may \
          change it; whoever may add one, or remove one that enforces policy, controls what \
          runs in the cluster.",
    remedy: "allow changes to single configurations by resourceNames, or only reading",
    breaks: "Operators that install their own webhook need to update it; name it in resourceNames.",
    mend: Mend::ByHand("which configurations are to be changed, if any"),
    references: &[
        Reference::Cis("5.1.12"),
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
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  verbs: [get, update]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  resourceNames: [ci]
  verbs: [get, update]
",
};

const POWERS: &[Power] = &[Power {
    group: "admissionregistration.k8s.io",
    resources: &[
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    ],
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    names: Names::AreFineBut(&[]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Cluster, POWERS);
}
