//! What the API server refuses of requests and limits.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::{Pod, repeated};
use crate::kubernetes::{Quantity, is_qualified_name};
use crate::object::{Origin, is_placeholder, pod_amount, quantity};
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Resources;

/// What a container may take by a name without a domain, beside hugepages.
const OF_CONTAINERS: &[&str] = &["cpu", "memory", "ephemeral-storage"];

/// What one container takes.
pub(super) fn check_container<'d>(
    pod: &Pod<'d>,
    resources: Place<'d>,
    problems: &mut Problems<'d>,
) {
    check(resources, is_container_resource, problems);
    let mut seen = FxHashSet::default();
    for claim in resources.at("claims").items() {
        let name = claim.at("name");
        let Some(text) = name.as_str().filter(|it| !it.is_empty()) else { continue };
        if !seen.insert((text, claim.at("request").as_str().unwrap_or_default())) {
            repeated(name, problems);
        }
        if !pod.claims.contains(text) {
            problems.invalid(KIND, name, "must be one of the names in the pod's `resourceClaims`");
        }
    }
}

/// What a pod takes as a whole; there is no such field before 1.34.
pub(super) fn check_pod<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let overhead = pod.spec.at("overhead");
    amounts(overhead, is_container_resource, problems);
    let resources = pod.spec.at("resources");
    if !problems.since(34) || !resources.is_map() {
        return;
    }
    if pod.spec.at("os").at("name").as_str() == Some("windows") {
        return problems.forbidden(KIND, resources, "for a Windows pod");
    }
    problems.forbidden(KIND, resources.at("claims"), "for a pod as a whole");
    check(resources, |it| matches!(it, "cpu" | "memory") || is_huge(it), problems);
    for (name, request) in resources.at("requests").entries() {
        let Some(of_pod) = quantity(request) else { continue };
        let of_containers = pod_amount(pod.spec, |container| {
            let of = |side| container.at("resources").at(side).get(name).and_then(quantity);
            // A Pod that is created gets requests where there are limits.
            of("requests").or_else(|| of("limits").filter(|_| pod.origin == Origin::Pod))
        });
        if let Some(sum) = of_containers.filter(|it| *it > of_pod) {
            let rule = format!("must be at least what its containers request together, {sum}");
            problems.invalid(KIND, request, &rule);
        }
    }
    for container in pod.spec.at("containers").items() {
        for (name, limit) in container.at("resources").at("limits").entries() {
            let of_pod = resources.at("limits").get(name).and_then(quantity);
            if let (Some(limited), Some(of_pod)) = (quantity(limit), of_pod)
                && limited > of_pod
            {
                problems.invalid(
                    KIND,
                    limit,
                    &format!("must be at most the limit of the pod, {of_pod}"),
                );
            }
        }
    }
}

/// Requests and limits beside each other.
fn check<'d>(resources: Place<'d>, is_known: fn(&str) -> bool, problems: &mut Problems<'d>) {
    let (requests, limits) = (resources.at("requests"), resources.at("limits"));
    amounts(limits, is_known, problems);
    amounts(requests, is_known, problems);
    let (mut has_huge, mut has_basic) = (false, false);
    for (name, _) in limits.entries().chain(requests.entries()) {
        has_huge |= is_huge(name);
        has_basic |= matches!(name, "cpu" | "memory");
    }
    if has_huge && !has_basic {
        problems.add(KIND, resources, "hugepages need cpu or memory beside them");
    }
    for (name, request) in requests.entries() {
        let Some(wanted) = quantity(request).map(|it| it.in_thousandths()) else { continue };
        let limit = limits.get(name);
        let Some(limit) = limit.filter(Place::exists) else {
            if !is_overcommitted(name) && !is_placeholder(name) {
                let message = format!("`{name}` needs a limit, which must equal the request");
                problems.add(KIND, request, message);
            }
            continue;
        };
        let Some(allowed) = quantity(limit).map(|it| it.in_thousandths()) else { continue };
        if wanted > allowed {
            let message = format!(
                "the request of {name} is {}, above its limit of {}",
                text(request),
                text(limit)
            );
            problems.add(KIND, request, message);
        } else if wanted != allowed && !is_overcommitted(name) {
            let message = format!(
                "the request of {name} is {} and must equal its limit of {}",
                text(request),
                text(limit)
            );
            problems.add(KIND, request, message);
        }
    }
}

/// Amounts by the names of resources.
fn amounts<'d>(list: Place<'d>, is_known: fn(&str) -> bool, problems: &mut Problems<'d>) {
    for (name, place) in list.entries().filter(|(name, _)| !is_placeholder(name)) {
        if !is_known(name) {
            let message = format!("`{name}` is no resource of containers or pods");
            problems.add(KIND, place, message);
        }
        let Some(amount) = quantity(place) else { continue };
        if is_extended(name) && !amount.in_thousandths().is_whole() {
            problems.invalid(KIND, place, "must be an integer");
        }
        let page = name.strip_prefix("hugepages-").map(str::parse::<Quantity>);
        let is_whole = match page {
            Some(Ok(page)) => page.is_whole() && amount.is_multiple_of(&page),
            Some(Err(_)) => false,
            None => true,
        };
        if !is_whole {
            problems.invalid(KIND, place, "must be a multiple of the size of a page");
        }
    }
}

/// Whether a container can take a resource of this name.
pub(in crate::validation) fn is_container_resource(name: &str) -> bool {
    if name.contains('/') {
        is_qualified_name(name) && (name.contains("kubernetes.io/") || is_extended(name))
    } else {
        OF_CONTAINERS.contains(&name) || (is_huge(name) && is_qualified_name(name))
    }
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether nodes count it without knowing what it is.
pub(in crate::validation) fn is_extended(name: &str) -> bool {
    name.contains('/')
        && !name.contains("kubernetes.io/")
        && !name.starts_with("requests.")
        && is_qualified_name(&format!("requests.{name}"))
}

/// Whether a limit may be above the request.
pub(in crate::validation) fn is_overcommitted(name: &str) -> bool {
    (!name.contains('/') || name.contains("kubernetes.io/")) && !is_huge(name)
}

/// An amount as it is written.
fn text(place: Place<'_>) -> String {
    place.as_str().map_or_else(|| place.source().to_owned(), str::to_owned)
}
