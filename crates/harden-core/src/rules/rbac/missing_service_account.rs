//! Bindings of ServiceAccounts that are not where they are looked for.

use std::cell::OnceCell;

use harden_yaml::Action;
use rustc_hash::FxHashMap;

use crate::object::Object;
use crate::rbac::{self, Binding, PodIdentity, Subject};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::similar::Names;

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
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects",
        ),
    ],
    reads: rbac::KINDS,
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

type NamesByNamespace<'d> = FxHashMap<&'d str, Names<'d>>;

/// An account that is not in the input may be in the cluster; only one that is there in another
/// namespace alone, or under a name that is almost the same, is taken for a mistake. Accounts whose
/// namespace is not written may be meant for any.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let names = OnceCell::new();
    for object in world.of_kinds(rbac::KINDS) {
        let Some(binding) = Binding::read(object) else { continue };
        for subject in binding.subjects().filter(|it| it.kind == "ServiceAccount") {
            let is_always_there = matches!(subject.name, "" | PodIdentity::DEFAULT);
            if !subject.namespace.is_empty() && !is_always_there {
                let names = || names.get_or_init(|| names_by_namespace(world));
                flag_missing(object, &subject, names, world, reporter);
            }
        }
    }
}

/// The accounts that are written for each namespace.
fn names_by_namespace<'d>(world: &World<'d>) -> NamesByNamespace<'d> {
    let mut names = NamesByNamespace::default();
    let mut last = None;
    for account in world.service_accounts().written() {
        if last.replace(account) != Some(account) {
            names.entry(account.0).or_default().add(account.1);
        }
    }
    names
}

fn flag_missing<'n, 'd: 'n>(
    binding: &Object<'d>,
    subject: &Subject<'d>,
    names: impl Fn() -> &'n NamesByNamespace<'d>,
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
) {
    let Subject { place, name, namespace: here, .. } = *subject;
    let near = world.service_accounts().namespaces_around(name, here, world.file(binding));
    match near.as_slice() {
        [elsewhere] if !elsewhere.is_empty() && *elsewhere != here => {
            let message =
                format!("ServiceAccount `{name}` is in namespace {elsewhere}, not in {here}");
            let change = Some(Action::set(*elsewhere));
            reporter.flag_in(binding, place.at("namespace"), message, change);
        }
        [] => {
            let names = names().get(here);
            if let Some(near) = names.and_then(|it| it.meant_by(name).next()) {
                let message = format!(
                    "no ServiceAccount of namespace {here} is called `{name}`; did you mean `{near}`?"
                );
                let change = Some(Action::set(near));
                reporter.flag_in(binding, place.at("name"), message, change);
            }
        }
        _ => {}
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
