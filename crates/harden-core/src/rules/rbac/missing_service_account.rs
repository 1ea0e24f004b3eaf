//! Bindings of ServiceAccounts that are not where they are looked for.

use std::collections::BTreeMap;

use harden_yaml::Action;

use super::access::{is_binding, subjects};
use crate::check::{Reporter, World};
use crate::rule::{Category, Check, Reference, Rule, Severity};
use crate::rules::similar::is_misspelt;

pub(super) static RULE: Rule = Rule {
    id: "missing-service-account",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a binding names a ServiceAccount that the input has elsewhere or under another name",
    why: "The workload does not get the role, and whoever may make a ServiceAccount of that \
          name there gets it instead.",
    remedy: "name the ServiceAccount and its namespace as they are",
    breaks: "The workload gets the role: make sure that it is meant to.",
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
        ),
    ],
    check: Check::World(check),
    bad: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: team-a
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-b
",
    good: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: team-a
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: team-a
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: web
  namespace: team-a
",
};

/// An account that is not in the input may be in the cluster; only one that is there in another
/// namespace alone, or under a name that is almost the same, is taken for a mistake. Accounts whose
/// namespace is not written may be meant for any.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut accounts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for account in world.of_kind("", "ServiceAccount") {
        accounts.entry(account.name()).or_default().push(account.namespace().unwrap_or(""));
    }
    for binding in world.objects.iter().filter(|it| is_binding(it)) {
        for subject in subjects(binding).filter(|it| it.kind == "ServiceAccount") {
            let here = subject.namespace(binding);
            if here.is_empty() || matches!(subject.name, "" | "default") {
                continue;
            }
            match accounts.get(subject.name).map(Vec::as_slice) {
                Some([elsewhere]) if !elsewhere.is_empty() && *elsewhere != here => {
                    let message = format!(
                        "ServiceAccount `{}` is in namespace {elsewhere}, not in {here}",
                        subject.name
                    );
                    let place = subject.place.at("namespace");
                    let change = Some(Action::set(*elsewhere));
                    reporter.flag_in(binding, place, message, change);
                }
                Some(_) => {}
                None => {
                    let mut names = accounts.iter().filter(|(_, it)| it.contains(&here));
                    if let Some((near, _)) = names.find(|(it, _)| is_misspelt(subject.name, it)) {
                        let message = format!(
                            "no ServiceAccount of namespace {here} is called `{}`; did you mean `{near}`?",
                            subject.name
                        );
                        let change = Some(Action::set(*near));
                        reporter.flag_in(binding, subject.place.at("name"), message, change);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn bound(account: &str, subject: &str) -> String {
        let text = format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{{account}}}}}\n---\n\
             {{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: b}}, \
             roleRef: {{kind: ClusterRole, name: view}}, subjects: [{{kind: ServiceAccount, {subject}}}]}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn an_account_of_another_namespace_is_pointed_out() {
        assert_eq!(
            bound("name: web, namespace: a", "name: web, namespace: b"),
            "ServiceAccount `web` is in namespace a, not in b"
        );
        assert_eq!(bound("name: web, namespace: a", "name: web, namespace: a"), "");
    }

    #[test]
    fn a_namespace_that_is_not_written_may_be_any() {
        assert_eq!(bound("name: web", "name: web, namespace: b"), "");
        assert_eq!(bound("name: web, namespace: a", "name: web"), "");
    }

    #[test]
    fn a_misspelt_name_is_pointed_out() {
        assert_eq!(
            bound("name: frontend, namespace: a", "name: frontned, namespace: a"),
            "no ServiceAccount of namespace a is called `frontned`; did you mean `frontend`?"
        );
        assert_eq!(bound("name: frontend, namespace: a", "name: api, namespace: a"), "");
        assert_eq!(bound("name: frontend, namespace: a", "name: default, namespace: b"), "");
    }
}
