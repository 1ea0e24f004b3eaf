//! Roles for every verb.

use super::{IS_CLUSTER_ADMIN_ROLE, ROLES, RULES, is_of_kubernetes};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "wildcard-verbs",
    constraint: Kind::constraint("HardenWildcardVerbs", "hardenwildcardverbs"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: ROLES, parts: &[".?rules"] },
    demand: Demand::Hold(demand),
};

/// Whether a rule `r` is what Kubernetes has the API servers do to kubelets, or less.
const IS_KUBELET_API: &str = "object.kind == 'ClusterRole' && object.metadata.name == 'system:kubelet-api-admin' && \
                              r.apiGroups.all(g, g == '') && r.resources.all(i, i in ['nodes/configz', \
                              'nodes/healthz', 'nodes/log', 'nodes/metrics', 'nodes/pods', 'nodes/proxy', \
                              'nodes/spec', 'nodes/stats'])";

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let resources = "r.?resources.orValue([])";
    let own = is_of_kubernetes("r");
    let condition = format!(
        "{IS_CLUSTER_ADMIN_ROLE} || {RULES}.all(r, !('*' in r.verbs && !('*' in {resources}) && {own}) || \
         {IS_KUBELET_API})"
    );
    vec![Validation::new(condition, "a role must list the verbs that it allows")]
}
