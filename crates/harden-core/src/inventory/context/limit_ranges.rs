//! What LimitRanges give to containers that say nothing, and what they admit.

mod together;

use std::collections::{BTreeMap, BTreeSet};

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
    giving: BTreeSet<Gift>,
}

/// A part, a resource, and whether its default is that of requests rather than limits.
type Gift = (usize, String, bool);

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
        let parts = [&limits.container, &limits.pod, &limits.claim].into_iter().enumerate();
        let gifts = parts.flat_map(|(part, all)| {
            all.iter().flat_map(move |(resource, bounds)| {
                let limit = bounds.default.as_ref().map(|_| false);
                let request = bounds.default_request.as_ref().map(|_| true);
                let gift = move |is_request| (part, resource.clone(), is_request);
                limit.into_iter().chain(request).map(gift)
            })
        });
        limits.giving = gifts.collect();
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
        self.giving.extend(other.giving.iter().cloned());
    }
}

/// One of several that may be the one that holds: what only some of them give, nobody can count on.
impl Join for Limits {
    fn join(&mut self, other: &Self) {
        let lost: Vec<_> = self.giving.symmetric_difference(&other.giving).cloned().collect();
        self.tighten(other);
        // After the first time there are few: no more than every other gives.
        for gift in &lost {
            self.giving.remove(gift);
            let (part, resource, is_request) = gift;
            let mut parts = [&mut self.container, &mut self.pod, &mut self.claim].into_iter();
            let bounds = parts.nth(*part).and_then(|it| it.get_mut(resource));
            match bounds {
                Some(bounds) if *is_request => bounds.default_request = None,
                Some(bounds) => bounds.default = None,
                None => {}
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

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    /// What a LimitRange says with these items.
    fn limits(items: &str) -> Limits {
        let text = format!("{{apiVersion: v1, kind: LimitRange, spec: {{limits: [{items}]}}}}");
        let document = Document::parse_yaml(&text);
        objects(document.root()).next().map(|it| Limits::read(&it)).unwrap_or_default()
    }

    #[test]
    fn of_several_that_may_hold_only_what_all_give_is_given() {
        let mut all = [
            "{type: Container, default: {cpu: 2, memory: 3Gi}, defaultRequest: {storage: 1}}",
            "{type: Container, default: {cpu: 1}, defaultRequest: {cpu: 500m}, min: {memory: 1Gi}}",
            "{type: Container, default: {cpu: 3, memory: 2Gi}, max: {memory: 4Gi, cpu: 8}}",
        ];
        for _ in 0..all.len() {
            all.rotate_left(1);
            let joined = all.map(limits).into_iter().reduce(|mut known, it| {
                known.join(&it);
                known
            });
            let joined = joined.unwrap_or_default().container;
            let said = |of: fn(&Bounds) -> Option<&Quantity>| {
                ["cpu", "memory", "storage"]
                    .map(|it| joined.get(it).and_then(of).map(ToString::to_string))
            };
            let some = |it: &str| Some(it.to_owned());
            assert_eq!(said(|it| it.default.as_ref()), [some("1"), None, None]);
            // A minimum is a request where nothing else is said.
            assert_eq!(said(|it| it.default_request.as_ref()), [some("500m"), some("1Gi"), None]);
            assert_eq!(said(|it| it.min.as_ref()), [None, some("1Gi"), None]);
            assert_eq!(said(|it| it.max.as_ref()), [some("8"), some("4Gi"), None]);
        }
    }
}
