//! Manifests that are only part of an object, such as the patches of kustomize.

use harden_yaml::Place;

use super::{Flaw, FlawKind};
use crate::object::Object;

/// No patch nests deeper than this.
const DEEPEST: u8 = 64;

/// Whether nothing can be missing in an object: it is of a built-in kind and has metadata alone, or it is part
/// of another.
pub(super) fn is_partial(object: &Object<'_>, flaws: &[Flaw<'_>]) -> bool {
    if !flaws.iter().any(|it| it.kind == FlawKind::MissingField) {
        return false;
    }
    let has_more = |key: &str| !matches!(key, "apiVersion" | "kind" | "metadata");
    let is_built_in = !super::is_custom(object);
    is_built_in && !object.place.entries().any(|(key, _)| has_more(key)) || is_part(object)
}

/// Whether an object is to be laid over another: it says so with a directive such as `$patch`, or it is a
/// workload of which no container has an image.
pub(super) fn is_part(object: &Object<'_>) -> bool {
    let runs_nothing = |pod: Place<'_>| {
        let mut containers =
            ["containers", "initContainers"].into_iter().flat_map(|it| pod.at(it).items());
        !containers.any(|it| it.at("image").exists())
    };
    let is_workload = object.pod_kind().is_some();
    is_workload && object.pods().iter().all(|it| runs_nothing(it.spec))
        || has_directive(object.place, DEEPEST)
}

/// Whether a key is a directive of strategic merge patches.
pub(super) fn is_directive(key: &str) -> bool {
    key == "$patch"
        || key == "$retainKeys"
        || key.starts_with("$deleteFromPrimitiveList/")
        || key.starts_with("$setElementOrder/")
}

fn has_directive(place: Place<'_>, deepest: u8) -> bool {
    let Some(deepest) = deepest.checked_sub(1) else { return false };
    place.items().any(|it| has_directive(it, deepest))
        || place.entries().any(|(key, value)| is_directive(key) || has_directive(value, deepest))
}
