//! `patchStrategicMerge`: a patch with anchors, merged as kustomize merges.
//!
//! First the anchors are resolved against the resource, then what is left is merged. A condition that does
//! not hold leaves an empty patch. Corners of both steps are copied, surprising as they are: an element
//! without the key that its list is merged by takes others of the list with it.

mod directive;
mod lists;
mod merging;
mod preprocessing;
mod shape;

use serde_json::{Map, Value};

use super::Failure;

/// Applies a patch to a resource.
pub(super) fn apply(resource: &Value, patch: &Value) -> Result<Value, Failure> {
    let patch =
        preprocessing::resolve(patch, resource)?.unwrap_or_else(|| Value::Object(Map::new()));
    merging::merge(resource, patch)
}
