//! Namespaces whose pods nothing isolates.

use crate::kubernetes::GroupKind;
use crate::network::{Direction, Isolation};
use crate::rule::{Reporter, World};
use crate::source::folder;

/// Reports the Namespaces of the input that have no policy for every pod in this direction. A
/// namespace that is only referred to is not judged: its policies may be where it is.
pub(super) fn flag_open<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    direction: Direction,
) {
    for namespace in world.of_kind(GroupKind::NAMESPACE).iter().filter(|it| !is_system(it.name())) {
        let traffic = direction.field();
        let own = folder(world.file(namespace));
        let is_for_it = |file: &str| world.namespaces_around(namespace.name(), file).contains(own);
        let message = match world.network().isolation(namespace.name(), direction, is_for_it) {
            Isolation::By(_) | Isolation::Unknown => continue,
            Isolation::Missing => format!("no NetworkPolicy denies {traffic} traffic of its pods"),
            Isolation::Partial => {
                format!("no NetworkPolicy of the namespace denies {traffic} traffic of every pod")
            }
        };
        let place = namespace.place.at("metadata").at("name");
        reporter.flag_in(namespace, place, message, None);
    }
}

/// Whether Kubernetes makes the namespace for itself; what runs there is for those who run the
/// cluster.
fn is_system(name: &str) -> bool {
    name.is_empty() || name.starts_with("kube-")
}
