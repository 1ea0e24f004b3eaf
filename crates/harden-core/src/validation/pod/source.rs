//! What the API server refuses where a variable or a file has its value from the pod.

use harden_yaml::Place;

use crate::kubernetes::Quantity;
use crate::object::quantity;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

/// What containers take, as far as they can be told.
const RESOURCES: &[&str] = &["cpu", "memory", "ephemeral-storage"];

/// A field of the pod: one of these, or a label or an annotation by its key.
pub(super) fn field_reference<'d>(
    kind: ProblemKind,
    reference: Place<'d>,
    fields: &[&str],
    problems: &mut Problems<'d>,
) {
    let (version, path) = (reference.at("apiVersion"), reference.at("fieldPath"));
    problems.optional_text(kind, version, |it| (it != "v1").then_some("must be `v1`"));
    let Some(text) = path.as_str() else { return };
    if let Some((map, key)) = subscripted(text) {
        let flaw = match map {
            "metadata.labels" => names::qualified_name(key),
            "metadata.annotations" => names::qualified_name(&key.to_lowercase()),
            _ => Some("must be a field of the pod; only labels and annotations have keys"),
        };
        if let Some(rule) = flaw {
            problems.invalid(kind, path, rule);
        }
    } else if !fields.contains(&text) {
        problems.invalid(kind, path, &format!("must be one of {}", fields.join(", ")));
    }
}

/// A path and the key in it: `metadata.labels['app']`.
fn subscripted(path: &str) -> Option<(&str, &str)> {
    let (map, key) = path.strip_suffix("']")?.split_once("['")?;
    (!map.is_empty()).then_some((map, key))
}

/// What a container takes; in a volume it must be named.
pub(super) fn resource_reference<'d>(
    kind: ProblemKind,
    reference: Place<'d>,
    is_in_volume: bool,
    problems: &mut Problems<'d>,
) {
    if !reference.is_map() {
        return;
    }
    if is_in_volume && problems.required(kind, reference.at("containerName"), "in a volume") {
        return;
    }
    let place = reference.at("resource");
    let Some(text) = place.as_str() else { return };
    let of = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
    let known = of.filter(|it| RESOURCES.contains(it) || it.starts_with("hugepages-"));
    let Some(resource) = known else {
        let rule = "must be limits or requests of cpu, memory, ephemeral-storage or hugepages";
        return problems.invalid(kind, place, rule);
    };
    let divisor = reference.at("divisor");
    let Some(amount) = quantity(divisor).filter(|it| *it != Quantity::zero()) else { return };
    let units: &[&str] = match resource {
        "cpu" => &["1m", "1"],
        _ => &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"],
    };
    if !units.iter().any(|it| it.parse::<Quantity>().is_ok_and(|unit| unit == amount)) {
        problems.invalid(kind, divisor, &format!("must be one of {}", units.join(", ")));
    }
}
