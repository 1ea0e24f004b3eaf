//! What containers and pods ask for of a resource.

use harden_yaml::Place;

use crate::inventory::Bounds;
use crate::kubernetes::Quantity;
use crate::object::{pod_amount, quantity};
use crate::rule::Workload;

/// What a container or a pod asks for of one resource.
pub(super) struct Demand {
    pub(super) request: Option<Quantity>,
    pub(super) limit: Option<Quantity>,
    /// Whether the limit is that of the LimitRange.
    pub(super) is_limit_given: bool,
}

impl Demand {
    /// What a container asks for, once the API server has filled in what it does not say.
    pub(super) fn of_container(
        resources: Place<'_>,
        resource: &str,
        bounds: Option<&Bounds>,
    ) -> Self {
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
    pub(super) fn of_pod(workload: &Workload<'_>, resource: &str, bounds: Option<&Bounds>) -> Self {
        let resources = workload.at("resources");
        let own = |side| resources.at(side).get(resource).and_then(quantity);
        let all = |bounds, of: fn(Self) -> Option<Quantity>| {
            pod_amount(workload.template.spec, |container| {
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
