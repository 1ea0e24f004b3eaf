//! Amounts of resources, as containers and pods state them.

use harden_yaml::Place;

use crate::kubernetes::Quantity;

/// The quantity at a place, written as a text or as a number.
pub fn quantity(place: Place<'_>) -> Option<Quantity> {
    match place.as_str() {
        Some(text) => text.parse().ok(),
        None => place.number()?.parse().ok(),
    }
}

/// What a pod takes as a whole, by what each of its containers takes: containers and sidecars together, or
/// the hungriest moment of its start, whichever is more. `None` where no container takes anything.
pub fn pod_amount<'d>(
    spec: Place<'d>,
    of: impl Fn(Place<'d>) -> Option<Quantity>,
) -> Option<Quantity> {
    let mut sidecars = None;
    let mut start = None;
    for container in spec.at("initContainers").items() {
        let with_this = sum(sidecars.clone(), of(container));
        if container.at("restartPolicy").as_str() == Some("Always") {
            sidecars.clone_from(&with_this);
        }
        start = start.max(with_this);
    }
    let running = spec.at("containers").items().fold(sidecars, |all, it| sum(all, of(it)));
    running.max(start)
}

/// How many node ports a Service takes, by its spec.
pub fn node_ports(spec: Place<'_>) -> usize {
    let ports = || spec.at("ports").items();
    let is_given = |it: &Place<'_>| it.at("nodePort").as_i64().is_some_and(|it| it != 0);
    match spec.at("type").as_str() {
        Some("LoadBalancer")
            if spec.at("allocateLoadBalancerNodePorts").as_bool() == Some(false) =>
        {
            ports().filter(is_given).count()
        }
        Some("LoadBalancer" | "NodePort") => ports().count(),
        _ => 0,
    }
}

fn sum(one: Option<Quantity>, other: Option<Quantity>) -> Option<Quantity> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.plus(&other)),
        (one, other) => one.or(other),
    }
}
