//! Which pods get a token of the API server, and whether anything says that they need it.

use std::collections::BTreeMap;

use crate::check::{WorkloadFact, World};

/// What there is to say of a pod's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// It is not mounted, or the input does not show enough to tell.
    Unsuspicious,
    /// It is mounted, and somebody asked for it or gave it rights.
    Wanted,
    /// It is mounted, and nothing says what for.
    Unwanted,
}

/// The ServiceAccounts of the input, and those that it gives rights.
#[derive(Debug, Default)]
pub(super) struct ServiceAccounts<'d> {
    /// Namespaces and settings of the accounts of a name.
    written: BTreeMap<&'d str, Vec<(&'d str, Option<bool>)>>,
    /// Namespaces of the subjects of a name.
    bound: BTreeMap<&'d str, Vec<&'d str>>,
    /// Namespaces whose accounts have rights as a group; empty for all.
    bound_groups: Vec<&'d str>,
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// The account of pods that name none.
pub(super) const DEFAULT: &str = "default";

impl<'d> ServiceAccounts<'d> {
    pub(super) fn read(world: &World<'d>) -> Self {
        let mut accounts = Self::default();
        for account in world.of_kind("", "ServiceAccount") {
            let automounts = account.place.at("automountServiceAccountToken").as_bool();
            let namespace = account.namespace().unwrap_or("");
            accounts.written.entry(account.name()).or_default().push((namespace, automounts));
        }
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            for binding in world.of_kind(RBAC, kind) {
                for subject in binding.place.at("subjects").items() {
                    let name = subject.at("name").as_str().unwrap_or("");
                    match subject.at("kind").as_str() {
                        Some("ServiceAccount") => {
                            let written = subject.at("namespace").as_str();
                            let namespace = written.or_else(|| binding.namespace()).unwrap_or("");
                            accounts.bound.entry(name).or_default().push(namespace);
                        }
                        Some("Group") => {
                            if let Some(rest) = name.strip_prefix("system:serviceaccounts") {
                                accounts.bound_groups.push(rest.trim_start_matches(':'));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        accounts
    }

    /// What there is to say of the token of these pods.
    pub(super) fn token(&self, workload: &WorkloadFact) -> Token {
        let name = account_name(workload);
        let namespace = workload.object.namespace.as_str();
        let written = self.written.get(name).map_or(&[][..], Vec::as_slice);
        let account = written.iter().find(|(other, _)| may_be_same(namespace, other));
        let automounts = workload.automounts.or_else(|| account.and_then(|(_, it)| *it));
        // What a patch does not say, the manifest that it changes may.
        if automounts == Some(false) || workload.is_patch && workload.automounts.is_none() {
            return Token::Unsuspicious;
        }
        let bound = self.bound.get(name).map_or(&[][..], Vec::as_slice);
        let is_bound = bound.iter().any(|other| may_be_same(namespace, other))
            || self.bound_groups.iter().any(|other| may_be_same(namespace, other));
        if automounts == Some(true) || is_bound {
            Token::Wanted
        } else if name == DEFAULT || account.is_some() {
            Token::Unwanted
        } else {
            Token::Unsuspicious
        }
    }
}

/// The account whose token these pods get.
pub(super) fn account_name(workload: &WorkloadFact) -> &str {
    workload.service_account.as_deref().unwrap_or(DEFAULT)
}

/// Whether two namespaces are the same as far as they are written: what is not written is decided
/// when the objects are applied.
fn may_be_same(a: &str, b: &str) -> bool {
    a.is_empty() || b.is_empty() || a == b
}

#[cfg(test)]
mod tests {
    use crate::check::testing::messages;
    use crate::rules::workload::{default_service_account, mounted_service_account_token};

    /// What the two rules say: of a token without need, and of the account `default`.
    fn says(pod: &str, others: &str) -> (usize, usize) {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec: \
             {{containers: [{{image: web}}], {pod}}}\n---\n{others}"
        );
        let count = |rule| messages(rule, &text).len();
        (count(&mounted_service_account_token::RULE), count(&default_service_account::RULE))
    }

    fn binding(name: &str, namespace: &str) -> String {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b}}\n\
             subjects: [{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}]\n"
        )
    }

    fn account(name: &str, namespace: &str, more: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: \
             {namespace}}}\n{more}"
        )
    }

    #[test]
    fn a_pod_that_says_nothing_gets_a_token_that_nobody_asked_for() {
        assert_eq!(says("", ""), (1, 0));
        assert_eq!(says("serviceAccountName: default", ""), (1, 0));
        assert_eq!(says("", &binding("default", "other")), (1, 0));
        assert_eq!(
            says("", &account("default", "other", "automountServiceAccountToken: false")),
            (1, 0)
        );
    }

    #[test]
    fn the_account_may_say_it_for_its_pods() {
        let off = account("default", "shop", "automountServiceAccountToken: false");
        assert_eq!(says("", &off), (0, 0));
        assert_eq!(
            says("automountServiceAccountToken: true", &off),
            (0, 1),
            "the pod has the last word"
        );
        assert_eq!(says("automountServiceAccountToken: false", ""), (0, 0));
    }

    #[test]
    fn rights_of_the_account_are_a_need_for_its_token() {
        assert_eq!(says("", &binding("default", "shop")), (0, 1));
        assert_eq!(says("serviceAccountName: web", &binding("web", "shop")), (0, 0));
        let group = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\n\
                     subjects: [{kind: Group, name: 'system:serviceaccounts:shop'}]\n";
        assert_eq!(says("", group), (0, 1));
    }

    #[test]
    fn what_an_account_outside_the_input_may_do_is_not_known() {
        assert_eq!(says("serviceAccountName: web", ""), (0, 0));
        assert_eq!(says("serviceAccountName: web", &account("web", "shop", "")), (1, 0));
        assert_eq!(says("serviceAccountName: web", &account("web", "other", "")), (0, 0));
    }

    #[test]
    fn a_patch_may_leave_it_to_what_it_changes() {
        let patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {nodeName: a}\n";
        assert_eq!(messages(&mounted_service_account_token::RULE, patch), [""; 0]);
    }

    #[test]
    fn setting_the_field_of_the_pod_mends_it() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: web}]}\n";
        let findings = crate::check::testing::findings(&mounted_service_account_token::RULE, text);
        let spot = findings.first().and_then(|it| it.spots.first());
        assert_eq!(spot.map(|it| &*it.path), Some("spec.automountServiceAccountToken"));
    }
}
