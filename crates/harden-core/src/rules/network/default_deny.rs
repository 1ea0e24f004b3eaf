//! Namespaces whose pods nothing isolates.

use super::policy::{Direction, OtherPolicies, by_namespace};
use crate::check::{Reporter, World};

/// Reports the Namespaces of the input that have no policy for every pod in this direction. A
/// namespace that is only referred to is not judged: its policies may be where it is.
pub(super) fn flag_open<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    direction: Direction,
) {
    let policies = by_namespace(world);
    let others = OtherPolicies::of(world);
    for namespace in world.of_kind("", "Namespace").filter(|it| !is_system(it.name())) {
        let own = policies.get(namespace.name()).map_or(&[][..], Vec::as_slice);
        let is_isolated =
            own.iter().any(|(_, policy)| policy.isolates(direction) && policy.selects_all());
        if is_isolated || others.may_apply(namespace.name()) {
            continue;
        }
        let traffic = direction.field();
        let message = if own.is_empty() {
            format!("no NetworkPolicy denies {traffic} traffic of its pods")
        } else {
            format!("no NetworkPolicy of the namespace denies {traffic} traffic of every pod")
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
