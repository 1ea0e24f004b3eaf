//! Where rights are given: a Role in each namespace, or a ClusterRole; and for which objects.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, Bound as NameBound};
use super::right::{Right, Rights, Target, Use, Verb};

/// The rights of one role.
pub(super) type Granted = BTreeMap<(Target, Verb), Use>;

/// The rights by the namespace that they hold in; empty for the whole cluster.
pub(super) type Places = BTreeMap<String, Granted>;

/// How far rights are kept apart.
pub(super) struct Limits {
    /// More names than this of a resource are not written.
    pub(super) names: usize,
    /// In more namespaces than this, one ClusterRole holds in all.
    pub(super) namespaces: usize,
    /// Whether it holds in all namespaces in any case.
    pub(super) is_cluster_wide: bool,
    /// Whether names are kept because the objects are known, whatever else is done with the resource.
    pub(super) names_are_known: bool,
}

/// What was widened, for the notes.
#[derive(Debug, Default)]
pub(super) struct Widened {
    /// The namespaces that were too many to have a Role each.
    pub(super) namespaces: usize,
    /// The namespaces that whom it is about makes, so that no Role can wait there.
    pub(super) made: Vec<String>,
}

/// Finds the roles that rights are given by.
pub(super) fn places(
    rights: Rights,
    made: &BTreeSet<String>,
    limits: &Limits,
) -> (Places, Widened) {
    let mut widened = Widened::default();
    let all: BTreeSet<&str> = rights.0.keys().map(|it| it.namespace.as_str()).collect();
    let own: BTreeSet<_> = all.iter().filter(|it| !it.is_empty() && !made.contains(**it)).collect();
    let is_wide = limits.is_cluster_wide || own.len() > limits.namespaces;
    if is_wide {
        widened.namespaces = own.len();
    } else {
        let made = made.iter().filter(|it| all.contains(it.as_str()));
        widened.made = made.cloned().collect();
    }
    let mut moved = Rights::default();
    for (right, how) in rights.0 {
        let namespace = if is_wide || made.contains(&right.namespace) {
            String::new()
        } else {
            right.namespace
        };
        moved.add(Right { namespace, ..right }, how);
    }
    names::settle(&mut moved, &NameBound { most: limits.names, are_known: limits.names_are_known });
    let mut places = Places::new();
    for (right, how) in moved.0 {
        let Right { namespace, target, verb } = right;
        places.entry(namespace).or_default().insert((target, verb), how);
    }
    drop_covered(&mut places);
    (places, widened)
}

/// Leaves out of namespaces what the whole cluster has.
fn drop_covered(places: &mut Places) {
    let Some(wide) = places.get(&String::new()).cloned() else { return };
    for (namespace, granted) in places.iter_mut() {
        if !namespace.is_empty() {
            granted.retain(|what, how| !wide.get(what).is_some_and(|it| it.covers(how)));
        }
    }
    places.retain(|_, granted| !granted.is_empty());
}
