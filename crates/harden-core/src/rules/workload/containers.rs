//! What several rules ask of containers.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use crate::inventory::Surroundings;
use crate::kubernetes::Quantity;
use crate::pod_security::{Container, ContainerKind};
use crate::rule::Workload;

/// Whether a container is all there: one without an image is a patch to another manifest, which has
/// what is missing here.
pub(super) fn is_complete(container: &Container<'_>) -> bool {
    container.place().at("image").exists()
}

/// Whether a container runs beside the others for as long as the pod does: an ordinary container, or
/// an init container that is restarted (a sidecar).
pub(super) fn keeps_running(container: &Container<'_>) -> bool {
    match container.kind {
        ContainerKind::Regular => true,
        ContainerKind::Init => container.place().at("restartPolicy").as_str() == Some("Always"),
        ContainerKind::Ephemeral => false,
    }
}

/// Whether the pod is for Windows nodes, which have no read-only root file systems, user namespaces
/// or user numbers.
pub(super) fn is_windows(workload: &Workload<'_>) -> bool {
    workload.at("os").at("name").as_str() == Some("windows")
        || workload.at("nodeSelector").at("kubernetes.io/os").as_str() == Some("windows")
}

/// Whether a container is bound to run as a user other than root, whatever its image says.
pub(super) fn is_non_root(workload: &Workload<'_>, container: &Container<'_>) -> bool {
    let pod = workload.at("securityContext");
    let user = container.security.run_as_user.or_else(|| pod.at("runAsUser").as_i64());
    let non_root = container.security.run_as_non_root.or_else(|| pod.at("runAsNonRoot").as_bool());
    user.map_or(non_root == Some(true), |user| user != 0)
}

/// Whether containers that set no such bound on a resource get one from the pod as a whole, or from
/// a LimitRange among the input.
pub(super) fn is_bounded(
    workload: &Workload<'_>,
    context: Surroundings<'_>,
    bound: &'static str,
    resource: &'static str,
) -> bool {
    let resources = workload.at("resources");
    resources.exists() && is_stated(resources.at(bound).at(resource))
        || context.fills_in(workload.object.namespace().unwrap_or_default(), bound, resource)
}

/// Whether an amount is stated here: to the kubelet and the scheduler, 0 is none.
pub(super) fn is_stated(place: Place<'_>) -> bool {
    let amount = match place.as_str() {
        Some(text) => Quantity::amount(text),
        None => place.number().and_then(|it| Quantity::amount(&it)),
    };
    place.exists() && amount != Some(Quantity::zero())
}

/// Names in backquotes between commas, each once.
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut seen = FxHashSet::default();
    let mut text = String::new();
    for name in names {
        if !seen.insert(name) {
            continue;
        }
        if seen.len() > 1 {
            text.push_str(", ");
        }
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}
