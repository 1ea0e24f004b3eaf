//! Roles for resources of any API group.

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wildcard-api-groups",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a role names resources in every API group",
    why: "Resources of the same name in other groups, also of those installed later, are \
          allowed as well.",
    remedy: "name the API groups",
    breaks: "Resources of groups that are not named are rejected.",
    mend: Mend::ByHand("which API groups are needed"),
    references: &[
        Reference::Cis("5.1.3"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"*\"]
  resources: [deployments]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object) else { return };
    let rules = role.rules().filter(|it| it.lists("apiGroups", "*") && !it.lists("resources", "*"));
    let (mut words, mut places) = (Vec::new(), Vec::new());
    for rule in rules {
        words.extend(rule.words("resources"));
        places.extend(rule.listing("apiGroups", "*").map(|it| (it, String::new(), None)));
    }
    if !places.is_empty() {
        reporter.flag_all(format!("allows {} of every API group", words.join(", ")), places);
    }
}
