//! Namespaces that hold workloads, but not an object that bounds them.

use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::rule::{Reporter, World};
use std::collections::BTreeSet;

use super::is_namespace;

/// Reports the Namespaces of the input that have workloads there and no object of this kind. What
/// bounds a namespace stands beside it or its workloads: where only one of the two is in the input,
/// the object may be with the other.
pub(super) fn flag_missing<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    kind: GroupKind,
    bounds: &str,
) {
    let mut namespaces =
        world.of_kind(GroupKind::NAMESPACE).iter().filter(|it| is_namespace(it)).peekable();
    if namespaces.peek().is_none() {
        return;
    }
    let bounded: BTreeSet<&str> =
        world.of_kind(kind).iter().filter_map(Object::namespace).collect();
    let used: BTreeSet<&str> = world.pods().iter().map(|it| it.object.namespace.as_str()).collect();
    for namespace in namespaces {
        if used.contains(namespace.name()) && !bounded.contains(namespace.name()) {
            let place = namespace.place.at("metadata").at("name");
            reporter.flag_in(namespace, place, format!("no {} bounds {bounds}", kind.kind), None);
        }
    }
}
