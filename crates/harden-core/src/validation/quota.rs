//! What the API server refuses of ResourceQuotas.

use harden_yaml::Place;

use super::pod::is_extended;
use super::problem::{ProblemKind, Problems};
use crate::kubernetes::is_qualified_name;
use crate::object::{Object, is_placeholder, quantity};

const KIND: ProblemKind = ProblemKind::Object;

/// What a quota may bound by a name without a slash, beside hugepages.
const STANDARD: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];

/// What is counted, and so a whole number.
const COUNTED: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

/// What a quota for some pods may bound beside their number.
const OF_PODS: &[&str] =
    &["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    for (name, place) in spec.at("hard").entries().filter(|(name, _)| !is_placeholder(name)) {
        if !is_known(name) {
            let message = format!("`{name}` is nothing that a quota can bound");
            problems.add(KIND, place, message);
        }
        let is_counted = COUNTED.contains(&name) || is_extended(name);
        if is_counted && quantity(place).is_some_and(|it| !it.is_whole()) {
            problems.invalid(KIND, place, "must be an integer");
        }
    }
    let listed = spec.at("scopes").items();
    listed.clone().for_each(|it| scope(it, spec, problems));
    let names: Vec<_> = listed.filter_map(|it| it.as_str()).collect();
    conflicts(spec.at("scopes"), &names, problems);
    let expressions = spec.at("scopeSelector").at("matchExpressions");
    for requirement in expressions.items() {
        scope(requirement.at("scopeName"), spec, problems);
        selector(requirement, problems);
    }
    let names: Vec<_> = expressions.items().filter_map(|it| it.at("scopeName").as_str()).collect();
    conflicts(expressions, &names, problems);
}

fn is_known(name: &str) -> bool {
    let is_huge = ["hugepages-", "requests.hugepages-"].iter().any(|it| name.starts_with(it));
    is_qualified_name(name) && (name.contains('/') || STANDARD.contains(&name) || is_huge)
}

/// A scope, which leaves only some resources to be bounded.
fn scope<'d>(scope: Place<'d>, spec: Place<'d>, problems: &mut Problems<'d>) {
    let Some(text) = scope.as_str() else { return };
    let is_bounded = |name: &str| match text {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => matches!(name, "persistentvolumeclaims" | "requests.storage"),
        "Terminating"
        | "NotTerminating"
        | "NotBestEffort"
        | "PriorityClass"
        | "CrossNamespacePodAffinity" => name == "pods" || OF_PODS.contains(&name),
        _ => true,
    };
    let is_standard = |name: &str| STANDARD.contains(&name) || name.contains("hugepages-");
    for (name, place) in spec.at("hard").entries() {
        if is_standard(name) && !is_bounded(name) {
            let message = format!("`{name}` cannot be bounded in the scope `{text}`");
            problems.add(KIND, place, message);
        }
    }
}

fn selector<'d>(requirement: Place<'d>, problems: &mut Problems<'d>) {
    let (operator, values) = (requirement.at("operator"), requirement.at("values"));
    let has_values = !matches!(
        requirement.at("scopeName").as_str(),
        Some(
            "BestEffort"
                | "NotBestEffort"
                | "Terminating"
                | "NotTerminating"
                | "CrossNamespacePodAffinity"
        )
    );
    match operator.as_str() {
        Some(word) if !has_values && word != "Exists" => {
            problems.invalid(KIND, operator, "must be `Exists` for this scope");
        }
        Some("In" | "NotIn") if values.is_empty() => {
            problems.add(KIND, values, "`values` must have at least one item for this `operator`");
        }
        Some("Exists" | "DoesNotExist") if !values.is_empty() => {
            problems.forbidden(KIND, values, "for this `operator`");
        }
        _ => {}
    }
}

fn conflicts<'d>(place: Place<'d>, scopes: &[&str], problems: &mut Problems<'d>) {
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if scopes.contains(&one) && scopes.contains(&other) {
            problems.add(KIND, place, format!("`{one}` and `{other}` exclude each other"));
        }
    }
}
