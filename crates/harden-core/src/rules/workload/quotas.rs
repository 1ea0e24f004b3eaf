//! The ResourceQuotas of a namespace, as they hold for a pod.

use std::borrow::Cow;

use super::containers::is_complete;
use super::demand::Demand;
use crate::inventory::{Limits, Quota, Scope, Surroundings};
use crate::kubernetes::{MinorVersion, Quantity};
use crate::pod_security::{Container, ContainerKind};
use crate::rule::{Reporter, Workload};

/// Since this version a pod may state resources for all of its containers (`PodLevelResources`).
const POD_LEVEL_SINCE: MinorVersion = MinorVersion(34);

/// Names that stand for requests.
const REQUESTS: [&str; 3] = ["cpu", "ephemeral-storage", "memory"];

/// What a quota asks of every container that it is for. Upstream calls that a mistake, and made it for no
/// other resource.
const STATED: [&str; 6] =
    ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/// A pod beside what its namespace says of it.
pub(super) struct PodInNamespace<'w, 'd> {
    workload: &'w Workload<'d>,
    context: Surroundings<'w>,
    limits: Option<Cow<'w, Limits>>,
    version: MinorVersion,
}

/// What one pod uses of a resource that a quota bounds.
pub(super) struct Use<'q> {
    pub(super) quota: &'q Quota,
    pub(super) resource: &'q str,
    pub(super) hard: &'q Quantity,
    pub(super) amount: Quantity,
}

impl<'w, 'd> PodInNamespace<'w, 'd> {
    /// A pod that is yet to be made and is written as a whole.
    pub(super) fn of(workload: &'w Workload<'d>, reporter: &Reporter<'w, 'd>) -> Option<Self> {
        let context = reporter.context();
        let namespace = workload.object.namespace().unwrap_or_default();
        // Before the rest is looked at: there is hardly ever a quota.
        context.quotas(namespace).next()?;
        let is_made = workload.object.place.at("status").at("phase").exists();
        let is_whole = workload.containers().iter().all(is_complete) && !workload.is_patch();
        (is_whole && !is_made).then(|| Self {
            workload,
            context,
            limits: context.limits(namespace),
            version: reporter.version(),
        })
    }

    /// The quotas that are for it.
    pub(super) fn quotas(&self) -> impl Iterator<Item = &'w Quota> {
        let namespace = self.workload.object.namespace().unwrap_or_default();
        let all = self.context.quotas(namespace);
        all.filter(|it| it.scopes.iter().all(|it| self.is_in(it)))
    }

    /// What it uses of what the quotas bound.
    pub(super) fn uses(&self) -> Vec<Use<'w>> {
        let bounded = self.quotas().flat_map(|quota| quota.hard.iter().map(move |it| (quota, it)));
        let uses = bounded.filter_map(|(quota, (resource, hard))| {
            let amount = self.amount(resource)?;
            Some(Use { quota, resource, hard, amount })
        });
        uses.collect()
    }

    /// The containers that do not state what a quota asks every container to state, each with what it lacks.
    pub(super) fn silent(&self, quota: &Quota) -> Vec<(&'w Container<'d>, Vec<&'static str>)> {
        if self.version >= POD_LEVEL_SINCE && self.states_resources() {
            return Vec::new();
        }
        let asked = || STATED.into_iter().filter(|it| quota.hard.contains_key(*it));
        let containers = self.workload.containers().iter();
        containers
            .filter(|it| it.kind != ContainerKind::Ephemeral)
            .map(|container| {
                let resources = container.place().at("resources");
                let demand = |resource: &str| {
                    let bounds = self.limits.as_ref().and_then(|it| it.container.get(resource));
                    Demand::of_container(resources, resource, bounds)
                };
                let lacks = asked().filter(|it| side(it).1(demand(side(it).0)).is_none());
                (container, lacks.collect::<Vec<_>>())
            })
            .filter(|(_, lacks)| !lacks.is_empty())
            .collect()
    }

    /// How much it uses of a resource, by the name that quotas have for it.
    fn amount(&self, name: &str) -> Option<Quantity> {
        if matches!(name, "pods" | "count/pods") {
            return Some(Quantity::one());
        }
        let (resource, of) = side(name);
        let is_of_pods = match name.split_once('.') {
            Some(("limits", of)) => REQUESTS.contains(&of),
            Some(("requests", of)) => of != "storage",
            _ => REQUESTS.contains(&name) || name.starts_with("hugepages-"),
        };
        if !is_of_pods {
            // It counts other objects.
            return None;
        }
        let bounds = self.limits.as_ref().and_then(|it| it.container.get(resource));
        let amount = of(Demand::of_pod(self.workload, resource, bounds))?;
        let overhead = self.workload.at("overhead").get(resource).and_then(crate::object::quantity);
        Some(overhead.map_or(amount.clone(), |it| amount.plus(&it)))
    }

    fn states_resources(&self) -> bool {
        let resources = self.workload.at("resources");
        let mut stated =
            ["requests", "limits"].into_iter().flat_map(|it| resources.at(it).entries());
        stated.any(|(name, _)| matches!(name, "cpu" | "memory") || name.starts_with("hugepages-"))
    }

    /// Whether it is in a scope. Where that is not certain it is taken to be outside.
    fn is_in(&self, scope: &Scope) -> bool {
        let is_terminating =
            || self.workload.at("activeDeadlineSeconds").as_i64().is_some_and(|it| it >= 0);
        match scope.name.as_str() {
            "Terminating" => is_terminating(),
            "NotTerminating" => !is_terminating(),
            "BestEffort" => self.is_best_effort(),
            "NotBestEffort" => !self.is_best_effort(),
            // A pod without a class may get the one that is the default of the cluster.
            "PriorityClass" => self
                .workload
                .at("priorityClassName")
                .as_str()
                .filter(|it| !it.is_empty())
                .is_some_and(|class| {
                    let is_named = scope.values.iter().any(|it| it == class);
                    match scope.operator.as_str() {
                        "Exists" => true,
                        "In" => is_named,
                        "NotIn" => !is_named,
                        _ => false,
                    }
                }),
            _ => false,
        }
    }

    fn is_best_effort(&self) -> bool {
        !["cpu", "memory"].into_iter().any(|resource| {
            let bounds = self.limits.as_ref().and_then(|it| it.container.get(resource));
            let demand = Demand::of_pod(self.workload, resource, bounds);
            [demand.request, demand.limit].into_iter().flatten().any(|it| it > Quantity::zero())
        })
    }
}

type OfDemand = fn(Demand) -> Option<Quantity>;

/// The resource and the side of it that the name of a quota's resource means.
fn side(name: &str) -> (&str, OfDemand) {
    name.strip_prefix("limits.").map_or_else(
        || (name.strip_prefix("requests.").unwrap_or(name), (|it| it.request) as OfDemand),
        |it| (it, |it| it.limit),
    )
}
