//! Roles that may give more than they have.

use super::{IS_CLUSTER_ADMIN_ROLE, ROLES, RULES};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "role-escalation",
    constraint: Kind::constraint("HardenRoleEscalation", "hardenroleescalation"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: ROLES, parts: &[".?rules"] },
    demand: Demand::Hold(demand),
};

/// Whether a rule `r` is what Kubernetes has the controller of aggregated roles do, or less.
const IS_AGGREGATION: &str = "object.kind == 'ClusterRole' && object.metadata.name == \
                              'system:controller:clusterrole-aggregation-controller' && r.apiGroups.all(g, g == \
                              'rbac.authorization.k8s.io') && r.resources.all(i, i == 'clusterroles') && \
                              r.verbs.all(v, v in ['escalate', 'get', 'list', 'patch', 'update', 'watch'])";

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let untamed = "(size(r.?resourceNames.orValue([])) == 0 || 'cluster-admin' in r.resourceNames)";
    let condition = format!(
        "{IS_CLUSTER_ADMIN_ROLE} || {RULES}.all(r, !(r.?apiGroups.orValue([]).exists(g, g in ['*', \
         'rbac.authorization.k8s.io']) && r.?resources.orValue([]).exists(i, i in ['clusterroles', 'roles']) && \
         (r.verbs.exists(v, v in ['*', 'escalate']) || r.verbs.exists(v, v in ['*', 'bind']) && {untamed})) || \
         {IS_AGGREGATION})"
    );
    vec![Validation::new(condition, "a role must not allow the verbs escalate and bind on roles")]
}
