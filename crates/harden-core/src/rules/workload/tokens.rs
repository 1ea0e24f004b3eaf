//! Which pods get a token of the API server, and whether anything says that they need it.

use crate::inventory::PodSummary;
use crate::rbac::{PodIdentity, Token};
use crate::rule::World;

/// What there is to say of the token of these pods.
pub(super) fn token(world: &World<'_>, pods: &PodIdentity<'_>) -> Token {
    world.service_accounts().token(pods, world.rbac())
}

/// Who pods are to the API server.
pub(super) fn identity(pod: &PodSummary) -> PodIdentity<'_> {
    PodIdentity {
        namespace: &pod.object.namespace,
        account: pod.service_account.as_deref(),
        automounts: pod.automounts,
        file: &pod.file,
        is_patch: pod.is_patch,
    }
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
