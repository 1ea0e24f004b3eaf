//! Roles that may act as somebody else.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "impersonation",
    category: Category::Rbac,
    severity: Severity::Critical,
    level: None,
    summary: "a role may impersonate users, groups or ServiceAccounts",
    why: "The API server takes the holder for whomever they name, also for members of \
          system:masters, who may do everything; the audit log shows both names, but nothing \
          stops it.",
    remedy: "name those who may be impersonated in resourceNames, or use authentication through \
          your provider",
    breaks: "Proxies and dashboards that pass users on by impersonation need the names of the \
          groups that they may pass.",
    mend: Mend::ByHand("who may be impersonated"),
    references: &[
        Reference::Cis("5.1.8"),
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
- apiGroups: [\"\"]
  resources: [users, groups]
  verbs: [impersonate]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [users]
  resourceNames: [ci-bot]
  verbs: [impersonate]
",
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["users", "groups", "serviceaccounts"],
    verbs: &["impersonate"],
    names: Names::AreFineBut(&[
        "system:masters",
        "system:admin",
        "cluster-admin",
        "kubernetes-admin",
    ]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Everywhere, POWERS);
}
