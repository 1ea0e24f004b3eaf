//! Namespaces that hold workloads, but not an object that bounds them.

use std::collections::BTreeSet;

use super::is_namespace;
use crate::check::{Reporter, World};

/// Reports the Namespaces of the input that have workloads there and no object of this kind. What
/// bounds a namespace stands beside it or its workloads: where only one of the two is in the input,
/// the object may be with the other.
pub(super) fn flag_missing<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    kind: &'static str,
    bounds: &str,
) {
    let mut namespaces = world.of_kind("", "Namespace").filter(|it| is_namespace(it)).peekable();
    if namespaces.peek().is_none() {
        return;
    }
    let bounded: BTreeSet<&str> = world.of_kind("", kind).filter_map(|it| it.namespace()).collect();
    let used: BTreeSet<&str> =
        world.workloads.iter().map(|it| it.object.namespace.as_str()).collect();
    for namespace in namespaces {
        if used.contains(namespace.name()) && !bounded.contains(namespace.name()) {
            let place = namespace.place.at("metadata").at("name");
            reporter.flag_in(namespace, place, format!("no {kind} bounds {bounds}"), None);
        }
    }
}
