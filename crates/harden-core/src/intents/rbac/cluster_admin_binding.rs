//! Who gets cluster-admin.

use super::{CLUSTER_BINDINGS, IS_CLUSTER_ADMIN, SUBJECTS};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "cluster-admin-binding",
    constraint: Kind::constraint("HardenClusterAdminBinding", "hardenclusteradminbinding"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: CLUSTER_BINDINGS, parts: &[".?subjects", ".roleRef"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    // Members of the first group are beyond RBAC; the second is what kubeadm makes.
    let condition = format!(
        "!{IS_CLUSTER_ADMIN} || {SUBJECTS}.all(s, s.kind == 'Group' && (s.name == 'system:masters' || s.name == \
         'kubeadm:cluster-admins' && object.metadata.name == 'kubeadm:cluster-admins'))"
    );
    vec![Validation::new(condition, "cluster-admin must not be bound for the whole cluster")]
}
