//! What containers and pods ask for of a resource.

use harden_yaml::Place;

use super::Bounds;
use crate::kubernetes::Quantity;
use crate::object::{pod_amount, quantity};

/// What a container or a pod asks for of one resource.
#[derive(Debug)]
pub struct Demand {
    /// What is requested.
    pub request: Option<Quantity>,
    /// The most that may be used.
    pub limit: Option<Quantity>,
    /// Whether the limit is that of the LimitRange.
    pub is_limit_given: bool,
}

impl Demand {
    /// What a container asks for, once the API server has filled in what it does not say.
    pub fn of_container(resources: Place<'_>, resource: &str, bounds: Option<&Bounds>) -> Self {
        let stated = |side| resources.at(side).get(resource).and_then(quantity);
        let (request, limit) = (stated("requests"), stated("limits"));
        let given = bounds.filter(|_| limit.is_none()).and_then(|it| it.default.clone());
        Self {
            request: request
                .or_else(|| limit.clone())
                .or_else(|| bounds.and_then(|it| it.default_request.clone())),
            is_limit_given: given.is_some(),
            limit: limit.or(given),
        }
    }

    /// What all containers of a pod ask for together, or the pod itself.
    pub fn of_pod(spec: Place<'_>, resource: &str, bounds: Option<&Bounds>) -> Self {
        let resources = spec.at("resources");
        let own = |side| resources.at(side).get(resource).and_then(quantity);
        let all = |bounds, of: fn(Self) -> Option<Quantity>| {
            pod_amount(spec, |container| {
                of(Self::of_container(container.at("resources"), resource, bounds))
            })
        };
        // A pod with limits requests what its containers say, or else its limit, before any LimitRange is
        // looked at.
        let stated = || all(None, |it| it.request).or_else(|| own("limits"));
        let is_stated = !resources.at("limits").is_empty();
        Self {
            request: own("requests")
                .or_else(|| is_stated.then(stated).flatten())
                .or_else(|| all(bounds, |it| it.request)),
            limit: own("limits").or_else(|| all(bounds, |it| it.limit)),
            is_limit_given: false,
        }
    }
}
