//! Roles that may make tokens of ServiceAccounts.

use super::power::{Where, flag_powers};
use crate::rbac::{self, Names, Power};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "service-account-token-creation",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may make tokens of any ServiceAccount",
    why: "The holder becomes any ServiceAccount that the role reaches, controllers with more \
          permissions included, for as long as they like.",
    remedy: "name the ServiceAccounts in resourceNames",
    breaks: "Tools that hand out tokens need the names of the accounts that they do it for.",
    mend: Mend::ByHand("which ServiceAccounts get tokens"),
    references: &[
        Reference::Cis("5.1.13"),
        Reference::Mitre("T1528"),
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
  resources: [serviceaccounts/token]
  verbs: [create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [serviceaccounts/token]
  resourceNames: [ci]
  verbs: [create]
",
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["serviceaccounts/token"],
    verbs: &["create"],
    names: Names::AreFineBut(&[]),
}];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::Everywhere, POWERS);
}
