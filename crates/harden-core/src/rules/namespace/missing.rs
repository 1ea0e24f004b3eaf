//! Namespaces that hold workloads, but not an object that bounds them.

use std::collections::BTreeSet;

use crate::kubernetes::GroupKind;
use crate::rule::{Reporter, World};
use crate::source::folder;

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
    let bounding = world.of_kind(kind).iter();
    let bounding = bounding.map(|it| (it.namespace().unwrap_or_default(), world.file(it)));
    let bounded = around(world, bounding);
    let pods = world.pods().iter().map(|it| (it.object.namespace.as_str(), &*it.file));
    let used = around(world, pods);
    for namespace in namespaces {
        let own = (namespace.name(), folder(world.file(namespace)));
        if used.contains(&own) && !bounded.contains(&own) {
            let place = namespace.place.at("metadata").at("name");
            reporter.flag_in(namespace, place, format!("no {} bounds {bounds}", kind.kind), None);
        }
    }
}

/// The Namespaces, by names and folders, that those are for which stand for a namespace in a file.
fn around<'w>(
    world: &'w World<'_>,
    all: impl Iterator<Item = (&'w str, &'w str)>,
) -> BTreeSet<(&'w str, &'w str)> {
    let all: BTreeSet<_> = all.collect();
    let near = |(name, file)| world.namespaces_around(name, file).iter().map(move |it| (name, it));
    all.into_iter().flat_map(near).collect()
}
