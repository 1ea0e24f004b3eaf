//! Roles for the account that every pod has unless it names another.

use super::{BINDINGS, IS_CLUSTER_ROLE, IS_FOR_EVERYONE, SUBJECTS};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "default-service-account-binding",
    constraint: Kind::constraint(
        "HardenDefaultServiceAccountBinding",
        "hardendefaultserviceaccountbinding",
    ),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: BINDINGS, parts: &[".?subjects", ".roleRef"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    // OpenShift makes bindings of the one role for whole namespaces.
    let condition = format!(
        "{IS_FOR_EVERYONE} || {IS_CLUSTER_ROLE} && dyn(object).roleRef.name == 'system:image-puller' || \
         {SUBJECTS}.all(s, !(s.kind == 'ServiceAccount' && s.name == 'default') && !(s.kind == 'Group' && \
         s.name.matches('^system:serviceaccounts:.')))"
    );
    vec![Validation::new(
        condition,
        "the role must not be bound to a ServiceAccount that every pod of a namespace has",
    )]
}
