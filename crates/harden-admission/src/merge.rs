//! What an applied configuration makes of an object: the API server's structured merge.

mod atomics;
mod check;
mod lists;
mod shape;
mod table;
mod wide;

use serde_json::{Map, Value as Json};

use crate::{Cluster, Object};
use lists::merge_lists;
use shape::{Items, Kind, Shape};

/// Why nothing is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unmerged {
    /// The server does not merge them, in its words where they are known.
    Refused(String),
    /// What the server knows of the kind is not known here.
    Unknown(String),
}

/// Merges a configuration into an object. Unless `may_replace` says so, it may have nothing in it that is
/// replaced as a whole, so that what it does not name cannot be lost.
pub(crate) fn merge(
    object: &Object,
    configuration: &Json,
    cluster: &Cluster,
    may_replace: bool,
) -> Result<Json, Unmerged> {
    let shape = match shape::of(object, cluster) {
        Some(shape) => shape,
        None if is_of_metadata(configuration) => Shape::of_metadata_alone(),
        None => {
            let kind = object.kind();
            return Err(Unmerged::Unknown(format!(
                "the definition of the kind {kind} is not at hand"
            )));
        }
    };
    let mut configuration = configuration.clone();
    if let Some(fields) = configuration.as_object_mut() {
        for key in ["apiVersion", "kind"] {
            fields.insert(key.to_owned(), object.json().get(key).cloned().unwrap_or(Json::Null));
        }
    }
    let refused = |what: &str, flaws: Vec<String>| match flaws.as_slice() {
        [] => Ok(()),
        [one] => Err(Unmerged::Refused(format!("{what}: {one}"))),
        several => Err(Unmerged::Refused(format!("{what}: errors:\n  {}", several.join("\n  ")))),
    };
    refused(
        "failed to convert patch object to typed object",
        check::flaws(&shape, &configuration, false),
    )?;
    if !may_replace {
        let atomics = atomics::within(&shape, &configuration);
        if !atomics.is_empty() {
            let atomics = atomics.join(", ");
            return Err(Unmerged::Refused(format!(
                "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {atomics}"
            )));
        }
    }
    refused(
        "failed to convert original object to typed object",
        check::flaws(&shape, object.json(), true),
    )?;
    Ok(merged(&shape, Some(object.json()), Some(&configuration)).unwrap_or(Json::Null))
}

/// The fields of an object that its kind does not have; none where the kind is not known.
pub(crate) fn unknown_fields(object: &Object, cluster: &Cluster) -> Vec<String> {
    let flaws = shape::of(object, cluster).map(|shape| check::flaws(&shape, object.json(), true));
    let unknown = |it: String| it.strip_suffix(": field not declared in schema").map(str::to_owned);
    flaws.into_iter().flatten().filter_map(unknown).collect()
}

/// A field that a change gives a number which may not fit it; none where the kind is not known.
pub(crate) fn new_wide_number(
    before: &Object,
    after: &Object,
    cluster: &Cluster,
) -> Option<String> {
    let shape = shape::of(after, cluster)?;
    let known = wide::within(&shape, before.json());
    let is_new = |it: &(String, Json)| !known.contains(it);
    wide::within(&shape, after.json()).into_iter().find(is_new).map(|(path, _)| path)
}

/// Whether a configuration is about labels and annotations only, which all kinds have.
fn is_of_metadata(configuration: &Json) -> bool {
    let names = |it: &Json, allowed: &[&str]| {
        it.as_object().is_some_and(|it| it.keys().all(|key| allowed.contains(&key.as_str())))
    };
    names(configuration, &["apiVersion", "kind", "metadata"])
        && configuration
            .get("metadata")
            .is_none_or(|it| names(it, &["labels", "annotations", "name", "namespace"]))
}

/// The right one over the left one; none where there is nothing.
fn merged(shape: &Shape<'_>, left: Option<&Json>, right: Option<&Json>) -> Option<Json> {
    let whole = || right.or(left).cloned();
    if shape.is_atomic {
        return whole();
    }
    let decisive = right.or(left)?;
    match (&shape.kind, decisive) {
        (_, Json::Object(_)) | (Kind::Fields(_) | Kind::Map(_), Json::Null)
            if !matches!(shape.kind, Kind::List(..)) =>
        {
            let (left, right) = (fields(left), fields(right));
            if left.is_empty() && right.is_empty() {
                return whole();
            }
            let mut out = Map::new();
            for (key, of_left) in left {
                let shape = shape.field(key);
                if let Some(it) = merged(&shape, Some(of_left), right.get(key)) {
                    out.insert(key.clone(), it);
                }
            }
            for (key, of_right) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                let shape = shape.field(key);
                if let Some(it) = merged(&shape, None, Some(of_right)) {
                    out.insert(key.clone(), it);
                }
            }
            (!out.is_empty()).then_some(Json::Object(out))
        }
        (Kind::List(of, items), Json::Array(_) | Json::Null) if *items != Items::Whole => {
            let (left, right) = (elements(left), elements(right));
            if left.is_empty() && right.is_empty() {
                return whole();
            }
            merge_lists(of, items, left, right)
        }
        _ => whole(),
    }
}

fn fields(it: Option<&Json>) -> &Map<String, Json> {
    static NONE: std::sync::OnceLock<Map<String, Json>> = std::sync::OnceLock::new();
    it.and_then(Json::as_object).unwrap_or_else(|| NONE.get_or_init(Map::new))
}

fn elements(it: Option<&Json>) -> &[Json] {
    it.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests;
