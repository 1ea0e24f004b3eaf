//! The ResourceQuotas of a namespace, as they hold for a pod.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::containers::is_complete;
use crate::inventory::{Demand, Limits, QuotaGroup, Scope};
use crate::kubernetes::{MinorVersion, Quantity};
use crate::pod_security::{Container, ContainerKind};
use crate::rule::{Reporter, Workload};

/// Since this version a pod may state resources for all of its containers (`PodLevelResources`).
const POD_LEVEL_SINCE: MinorVersion = MinorVersion(34);

/// Names that stand for requests.
const REQUESTS: [&str; 3] = ["cpu", "ephemeral-storage", "memory"];

/// A pod beside what its namespace says of it.
pub(super) struct PodInNamespace<'w, 'd> {
    workload: &'w Workload<'d>,
    limits: Option<Cow<'w, Limits>>,
    version: MinorVersion,
    /// The quotas that are for it.
    quotas: Vec<&'w QuotaGroup>,
}

/// A flaw of some containers, which they lack what quotas ask of every container to state.
pub(super) struct Silence<'w, 'd> {
    pub(super) containers: Vec<&'w Container<'d>>,
    /// What they lack.
    pub(super) lacks: Vec<&'static str>,
    /// The names of the quotas, list by list.
    pub(super) quotas: Vec<&'w [String]>,
}

impl<'w, 'd> PodInNamespace<'w, 'd> {
    /// A pod that is yet to be made and is written as a whole, and for which there is a quota.
    pub(super) fn of(workload: &'w Workload<'d>, reporter: &Reporter<'w, 'd>) -> Option<Self> {
        let context = reporter.context();
        let namespace = workload.object.namespace().unwrap_or_default();
        // Before the rest is looked at: there is hardly ever a quota.
        context.quotas(namespace).next()?;
        let is_made = workload.object.place.at("status").at("phase").exists();
        let is_whole = workload.containers().iter().all(is_complete) && !workload.is_patch();
        if !is_whole || is_made {
            return None;
        }
        let (limits, version) = (context.limits(namespace), reporter.version());
        let mut this = Self { workload, limits, version, quotas: Vec::new() };
        let class = this.class();
        let groups = context.quotas(namespace).flat_map(|it| it.groups(class));
        let is_best_effort = OnceCell::new();
        this.quotas = groups
            .filter(|it| it.scopes.iter().all(|scope| this.is_in(scope, &is_best_effort)))
            .collect();
        (!this.quotas.is_empty()).then_some(this)
    }

    /// The quotas that are for it.
    pub(super) fn quotas(&self) -> &[&'w QuotaGroup] {
        &self.quotas
    }

    /// What it uses of what quotas bound, by the names that quotas have for it.
    pub(super) fn uses(&self) -> BTreeMap<String, Quantity> {
        let resources = self.workload.containers().iter().map(|it| it.place().at("resources"));
        let resources = resources.chain([self.workload.at("resources")]);
        let stated = resources
            .flat_map(|it| ["requests", "limits"].map(|side| it.at(side).entries()))
            .flatten()
            .map(|(resource, _)| resource);
        let given = self.limits.iter().flat_map(|it| it.container.keys()).map(String::as_str);
        let named: BTreeSet<&str> = stated.chain(given).collect();
        let of_resource =
            |it: &str| [it.to_owned(), format!("requests.{it}"), format!("limits.{it}")];
        let counts = ["pods", "count/pods"].map(str::to_owned);
        let bounded = named
            .into_iter()
            .flat_map(of_resource)
            .chain(counts)
            .filter(|it| self.quotas.iter().any(|group| !group.bounds(it).is_empty()));
        bounded.filter_map(|it| self.amount(&it).map(|amount| (it, amount))).collect()
    }

    /// The containers that do not state what quotas ask every container to state: each of the flaws once.
    pub(super) fn silent(&self) -> Vec<Silence<'w, 'd>> {
        if self.version >= POD_LEVEL_SINCE && self.states_resources() {
            return Vec::new();
        }
        let mut quotas: BTreeMap<&[&'static str], Vec<&'w [String]>> = BTreeMap::new();
        for (asked, names) in self.quotas.iter().flat_map(|it| it.asked()) {
            quotas.entry(asked).or_default().push(names);
        }
        let asked: BTreeSet<_> = quotas.keys().flat_map(|it| it.iter().copied()).collect();
        let containers = self.workload.containers().iter();
        let containers = containers.filter(|it| it.kind != ContainerKind::Ephemeral);
        let lacking: Vec<(_, Vec<_>)> = containers
            .map(|container| {
                let resources = container.place().at("resources");
                let demand = |resource: &str| {
                    let bounds = self.limits.as_ref().and_then(|it| it.container.get(resource));
                    Demand::of_container(resources, resource, bounds)
                };
                let is_silent = |it: &&str| side(it).1(demand(side(it).0)).is_none();
                (container, asked.iter().copied().filter(is_silent).collect())
            })
            .collect();
        let mut silent = Vec::new();
        for (asked, quotas) in quotas {
            let mut flaws: BTreeMap<Vec<&'static str>, Vec<&'w Container<'d>>> = BTreeMap::new();
            for (container, lacks) in &lacking {
                let lacks: Vec<_> = asked.iter().copied().filter(|it| lacks.contains(it)).collect();
                if !lacks.is_empty() {
                    flaws.entry(lacks).or_default().push(container);
                }
            }
            silent.extend(flaws.into_iter().map(|(lacks, containers)| Silence {
                containers,
                lacks,
                quotas: quotas.clone(),
            }));
        }
        silent
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
        let amount = of(Demand::of_pod(self.workload.template.spec, resource, bounds))?;
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
    fn is_in(&self, scope: &Scope, is_best_effort: &OnceCell<bool>) -> bool {
        let is_terminating =
            || self.workload.at("activeDeadlineSeconds").as_i64().is_some_and(|it| it >= 0);
        let is_best_effort = || *is_best_effort.get_or_init(|| self.is_best_effort());
        match scope.name.as_str() {
            "Terminating" => is_terminating(),
            "NotTerminating" => !is_terminating(),
            "BestEffort" => is_best_effort(),
            "NotBestEffort" => !is_best_effort(),
            // A pod without a class may get the one that is the default of the cluster.
            "PriorityClass" => self.class().is_some_and(|class| match scope.operator.as_str() {
                "Exists" => true,
                "In" => scope.values.contains(class),
                "NotIn" => !scope.values.contains(class),
                _ => false,
            }),
            _ => false,
        }
    }

    fn class(&self) -> Option<&'d str> {
        self.workload.at("priorityClassName").as_str().filter(|it| !it.is_empty())
    }

    fn is_best_effort(&self) -> bool {
        !["cpu", "memory"].into_iter().any(|resource| {
            let bounds = self.limits.as_ref().and_then(|it| it.container.get(resource));
            let demand = Demand::of_pod(self.workload.template.spec, resource, bounds);
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
