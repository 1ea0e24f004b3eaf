//! What LimitRanges give to containers that say nothing, and what they admit.

mod together;

use std::collections::BTreeMap;

use harden_yaml::Place;

pub(super) use together::LimitRanges;

use super::together::Beside;
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};
use crate::source::Join;

/// Bounds by the resources that they are for.
type ByResource = BTreeMap<String, Bounds>;

/// What the LimitRanges of one namespace say, by resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of each container.
    pub container: ByResource,
    /// Of all containers of a pod together.
    pub pod: ByResource,
    /// Of each PersistentVolumeClaim.
    pub claim: ByResource,
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

impl Limits {
    pub(super) fn read(limit_range: &Object<'_>) -> Self {
        let mut limits = Self::default();
        for item in limit_range.place.at("spec").at("limits").items() {
            let (known, is_container) = match item.at("type").as_str() {
                Some("Container") => (&mut limits.container, true),
                Some("Pod") => (&mut limits.pod, false),
                Some("PersistentVolumeClaim") => (&mut limits.claim, false),
                _ => continue,
            };
            for (resource, mut bounds) in read(item) {
                if is_container {
                    bounds.complete();
                }
                known.entry(resource.to_owned()).or_default().tighten(&bounds);
            }
        }
        limits
    }

    /// Each part of it with the same part of another.
    fn beside<'l>(&'l mut self, other: &'l Self) -> [(&'l mut ByResource, &'l ByResource); 3] {
        [
            (&mut self.container, &other.container),
            (&mut self.pod, &other.pod),
            (&mut self.claim, &other.claim),
        ]
    }
}

impl Beside for Limits {
    fn tighten(&mut self, other: &Self) {
        for (known, other) in self.beside(other) {
            for (resource, bounds) in other {
                known.entry(resource.clone()).or_default().tighten(bounds);
            }
        }
    }
}

/// One of several that may be the one that holds: what only some of them give, nobody can count on.
impl Join for Limits {
    fn join(&mut self, other: &Self) {
        for (known, other) in self.beside(other) {
            let resources: Vec<_> = known.keys().chain(other.keys()).cloned().collect();
            for resource in resources {
                let nothing = Bounds::default();
                let other = other.get(&resource).unwrap_or(&nothing);
                let bounds = known.entry(resource).or_default();
                let gives = |it: &Bounds| (it.default.is_some(), it.default_request.is_some());
                let (ours, theirs) = (gives(bounds), gives(other));
                bounds.tighten(other);
                bounds.default.take_if(|_| !(ours.0 && theirs.0));
                bounds.default_request.take_if(|_| !(ours.1 && theirs.1));
            }
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
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

    fn tighten(&mut self, other: &Self) {
        let least = |a: &mut Option<Quantity>, b: &Option<Quantity>| {
            *a = a.take().into_iter().chain(b.clone()).min();
        };
        least(&mut self.default, &other.default);
        least(&mut self.default_request, &other.default_request);
        self.min = self.min.take().max(other.min.clone());
        least(&mut self.max, &other.max);
        least(&mut self.max_ratio, &other.max_ratio);
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
