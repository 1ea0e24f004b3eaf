//! What LimitRanges give to containers that say nothing, and what they admit.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};

/// What LimitRanges say, by their namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitRanges(BTreeMap<String, Limits>);

/// What the LimitRanges of one namespace say, by resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of each container.
    pub container: BTreeMap<String, Bounds>,
    /// Of all containers of a pod together.
    pub pod: BTreeMap<String, Bounds>,
}

/// What LimitRanges say of one resource. Of several that say something, the strictest counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The limit of a container that sets none.
    pub default: Option<Quantity>,
    /// The request of a container that makes none.
    pub default_request: Option<Quantity>,
    /// The least that may be requested.
    pub min: Option<Quantity>,
    /// The highest limit.
    pub max: Option<Quantity>,
    /// How many times its request a limit may be.
    pub max_ratio: Option<Quantity>,
}

impl LimitRanges {
    /// Takes in a LimitRange.
    pub(super) fn learn(&mut self, limit_range: &Object<'_>) {
        let namespace = limit_range.namespace().unwrap_or_default();
        for item in limit_range.place.at("spec").at("limits").items() {
            let limits = self.0.entry(namespace.to_owned()).or_default();
            let (known, is_container) = match item.at("type").as_str() {
                Some("Container") => (&mut limits.container, true),
                Some("Pod") => (&mut limits.pod, false),
                _ => continue,
            };
            for (resource, mut bounds) in read(item) {
                if is_container {
                    bounds.complete();
                }
                known.entry(resource.to_owned()).or_default().tighten(bounds);
            }
        }
    }

    /// What those of a namespace say, if there are any.
    pub fn of(&self, namespace: &str) -> Option<&Limits> {
        // There is hardly ever one, and this is asked for every pod.
        if self.0.is_empty() { None } else { self.0.get(namespace) }
    }

    /// Whether containers of this namespace that set no such bound (`limits`, `requests`) on a
    /// resource get one.
    pub fn fill_in(&self, namespace: &str, bound: &'static str, resource: &str) -> bool {
        let bounds = self.of(namespace).and_then(|it| it.container.get(resource));
        bounds.is_some_and(|it| match bound {
            "limits" => it.default.is_some(),
            _ => it.default_request.is_some(),
        })
    }

    /// The namespaces of which the other says something else.
    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let names = self.0.keys().chain(other.0.keys());
        names.filter(|it| self.0.get(*it) != other.0.get(*it)).cloned().collect()
    }
}

impl Bounds {
    /// Derives what is not said, as the API server does when a LimitRange is made
    /// (`SetDefaults_LimitRangeItem`).
    fn complete(&mut self) {
        self.default = self.default.take().or_else(|| self.max.clone());
        let request = self.default_request.take().or_else(|| self.default.clone());
        self.default_request = request.or_else(|| self.min.clone());
    }

    fn tighten(&mut self, other: Self) {
        let least = |a: &mut Option<Quantity>, b| *a = a.take().into_iter().chain(b).min();
        least(&mut self.default, other.default);
        least(&mut self.default_request, other.default_request);
        self.min = self.min.take().max(other.min);
        least(&mut self.max, other.max);
        least(&mut self.max_ratio, other.max_ratio);
    }
}

fn read(item: Place<'_>) -> BTreeMap<&str, Bounds> {
    let mut resources: BTreeMap<_, Bounds> = BTreeMap::new();
    let mut take = |field, slot: fn(&mut Bounds) -> &mut Option<Quantity>| {
        for (resource, place) in item.at(field).entries() {
            // Plainly written, so that what is said of it depends on its value alone.
            let value = quantity(place).map(|it| it.plain());
            *slot(resources.entry(resource).or_default()) = value;
        }
    };
    take("default", |it| &mut it.default);
    take("defaultRequest", |it| &mut it.default_request);
    take("min", |it| &mut it.min);
    take("max", |it| &mut it.max);
    take("maxLimitRequestRatio", |it| &mut it.max_ratio);
    resources
}
