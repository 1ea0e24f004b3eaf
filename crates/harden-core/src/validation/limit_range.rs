//! What the API server refuses of LimitRanges.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::names;
use super::pod::{is_container_resource, is_overcommitted};
use super::problem::{ProblemKind, Problems};
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};

const KIND: ProblemKind = ProblemKind::Object;

/// Fields of which the one before may not be above the one after.
const ORDER: &[(&str, &str)] = &[
    ("min", "max"),
    ("min", "defaultRequest"),
    ("defaultRequest", "max"),
    ("defaultRequest", "default"),
    ("min", "default"),
    ("default", "max"),
];

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let mut seen = FxHashSet::default();
    for item in object.place.at("spec").at("limits").items() {
        let form = item.at("type");
        let Some(text) = form.as_str() else { continue };
        if !seen.insert(text) {
            problems.add(
                ProblemKind::Duplicate,
                form,
                format!("there is another item for `{text}`"),
            );
        }
        let is_known = matches!(text, "Pod" | "Container" | "PersistentVolumeClaim");
        if !is_known && !text.contains('/') {
            problems.invalid(KIND, form, "must be `Container`, `Pod` or `PersistentVolumeClaim`");
        }
        problems.text(KIND, form, names::qualified_name);
        if text == "Pod" {
            for field in ["default", "defaultRequest"].map(|it| item.at(it)) {
                if !field.is_empty() {
                    problems.forbidden(KIND, field, "when `type` is `Pod`");
                }
            }
        }
        if matches!(text, "Pod" | "Container") {
            resources(item, problems);
        }
        let has_storage = |side: &'static str| item.at(side).at("storage").exists();
        if text == "PersistentVolumeClaim" && !has_storage("min") && !has_storage("max") {
            let message = "an item for claims needs `storage` in `min` or `max`";
            problems.add(KIND, item, message);
        }
        order(item, text == "Pod", problems);
    }
}

/// The resources that are bounded.
fn resources<'d>(item: Place<'d>, problems: &mut Problems<'d>) {
    for side in ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"] {
        for (name, place) in item.at(side).entries() {
            if !is_container_resource(name) {
                let message = format!("`{name}` is no resource of containers");
                problems.add(KIND, place, message);
            }
        }
    }
}

fn order<'d>(item: Place<'d>, is_pod: bool, problems: &mut Problems<'d>) {
    for (low, high) in ORDER {
        if is_pod && [low, high].iter().any(|it| it.starts_with("default")) {
            continue;
        }
        for (name, place) in item.at(low).entries() {
            let other = item.at(high).get(name);
            let (Some(least), Some(most)) = (quantity(place), other.and_then(quantity)) else {
                continue;
            };
            if least > most {
                let message = format!("`{low}` of {name} is {least}, above `{high}` of {most}");
                problems.add(KIND, place, message);
            }
            let are_defaults = (*low, *high) == ("defaultRequest", "default");
            if are_defaults && least < most && !is_overcommitted(name) {
                let message = format!("`{low}` and `{high}` of {name} must be equal");
                problems.add(KIND, place, message);
            }
        }
    }
    for (name, place) in item.at("maxLimitRequestRatio").entries() {
        let Some(ratio) = quantity(place) else { continue };
        if ratio < Quantity::one() {
            problems.invalid(KIND, place, "must be at least 1");
        }
        let bound = |side: &'static str| item.at(side).get(name).and_then(quantity);
        if let (Some(min), Some(max)) = (bound("min"), bound("max"))
            && min > Quantity::zero()
            && max.is_below(&ratio, &min)
        {
            problems.invalid(KIND, place, "is above what `max` allows over `min`");
        }
    }
}
