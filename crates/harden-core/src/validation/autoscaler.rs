//! What the API server refuses of HorizontalPodAutoscalers.

use harden_yaml::Place;

use super::names;
use super::problem::{ProblemKind, Problems};
use crate::object::Object;

const KIND: ProblemKind = ProblemKind::Object;

/// Types of metrics, and the fields that say which.
const METRICS: &[(&str, &str)] = &[
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    for field in ["kind", "name"].map(|it| spec.at("scaleTargetRef").at(it)) {
        problems.text(ProblemKind::Name, field, names::segment);
    }
    let (least, most) = (spec.at("minReplicas"), spec.at("maxReplicas"));
    let floor = least.as_i64();
    if let (Some(low), Some(high)) = (floor, most.as_i64())
        && low > high
    {
        problems.add(KIND, most, "`maxReplicas` must be at least `minReplicas`");
    }
    let mut is_outside = false;
    for item in spec.at("metrics").items().filter(Place::is_map) {
        let form = item.at("type").as_str();
        is_outside |= matches!(form, Some("Object" | "External"));
        metric(item, form, problems);
    }
    if floor == Some(0) && !problems.since(37) {
        problems.invalid(KIND, least, "must be at least 1");
    } else if floor == Some(0) && !is_outside && object.version == "v2" {
        problems.invalid(KIND, least, "needs an Object or External metric");
    }
    for rules in ["scaleUp", "scaleDown"].map(|it| spec.at("behavior").at(it)) {
        let policies = rules.at("policies");
        if policies.is_list() && policies.is_empty() {
            problems.add(KIND, policies, "`policies` must have at least one item");
        }
    }
}

/// A metric has what its type says, and nothing else.
fn metric<'d>(item: Place<'d>, form: Option<&str>, problems: &mut Problems<'d>) {
    let Some((form, own)) = METRICS.iter().find(|(it, _)| form == Some(*it)) else { return };
    if !item.at(own).exists() {
        let message = format!("`{own}` is required when `type` is `{form}`");
        problems.add(KIND, item.at(own), message);
    }
    for (_, other) in METRICS.iter().filter(|(_, it)| it != own) {
        problems.forbidden(KIND, item.at(other), &format!("when `type` is `{form}`"));
    }
    problems.text(ProblemKind::Name, item.at(own).at("metric").at("name"), names::segment);
    let target = item.at(own).at("target");
    let fields = ["value", "averageValue", "averageUtilization"].map(|it| target.at(it));
    let [value, average, utilization] = fields;
    let is_missing = target.is_map()
        && match *form {
            "Object" | "External" => !value.exists() && !average.exists(),
            "Pods" => !average.exists(),
            _ => !average.exists() && !utilization.exists(),
        };
    if is_missing {
        let message =
            format!("`target` must say how much there should be for a metric of type `{form}`");
        problems.add(KIND, target, message);
    }
}
