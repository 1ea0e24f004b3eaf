//! What ResourceQuotas admit to their namespaces.

mod admitted;

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

pub use admitted::{Admitted, Bound, QuotaGroup};

use super::of_namespaces::OfNamespaces;
use super::together::{Beside, Together};
use crate::inventory::Several;
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};
use crate::source::Join;

/// The ResourceQuotas, by their namespaces and names.
#[derive(Debug, Clone, Default)]
pub(super) struct Quotas {
    all: OfNamespaces<BTreeSet<Quota>>,
    together: BTreeMap<String, Together<Admitted>>,
}

/// A ResourceQuota.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quota {
    pub(super) name: String,
    /// How much of each resource there is for all objects together.
    hard: BTreeMap<String, Quantity>,
    /// Which pods it is for; all when empty.
    scopes: Vec<Scope>,
}

/// What a pod must be for a quota to be for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// E.g. `BestEffort`.
    pub name: String,
    /// `Exists` where it is not written.
    pub operator: String,
    /// The values for `In` and `NotIn`.
    pub values: BTreeSet<String>,
}

/// Of one name and equally near: it is open which of them is meant, so all hold.
impl Join for BTreeSet<Quota> {
    fn join(&mut self, other: &Self) {
        self.extend(other.iter().cloned());
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Beside for BTreeSet<Quota> {
    fn tighten(&mut self, other: &Self) {
        self.join(other);
    }
}

impl Quotas {
    /// Takes in a quota that is in the file of this name. [`Quotas::settle`] ends it.
    pub(super) fn learn(&mut self, namespace: &str, file: &str, quota: Quota) {
        self.all.learn(namespace, quota.name.clone(), file, [quota].into());
    }

    /// Puts together what was learnt, once for all the objects that ask for it.
    pub(super) fn settle(&mut self) {
        let namespaces = self.all.by_namespaces();
        let together = namespaces.map(|(namespace, names)| {
            let together = Together::of(names, namespace.is_empty());
            (namespace.to_owned(), together.map(Admitted::of))
        });
        self.together = together.collect();
    }

    /// The quotas of a namespace that hold for a file. Of one name the nearest count. One without a namespace is
    /// for its own tree.
    pub(super) fn find<'q>(
        &'q self,
        namespace: &str,
        file: &'q str,
    ) -> impl Iterator<Item = &'q Admitted> + use<'q> {
        // There is hardly ever one, and this is asked for every pod.
        let together = if self.together.is_empty() { None } else { self.together.get(namespace) };
        let is_open = namespace.is_empty();
        together.into_iter().flat_map(move |it| it.find(file, is_open))
    }

    /// Those of one name of which not all say the same.
    pub(super) fn several(&self) -> impl Iterator<Item = Several> {
        self.all.several("ResourceQuota")
    }

    /// The namespaces of which the other says something else.
    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        self.all.namespaces_that_differ(&other.all)
    }
}

impl Quota {
    /// The quota that an object is.
    pub(super) fn read(object: &Object<'_>) -> Self {
        let spec = object.place.at("spec");
        let text = |place: Place<'_>| place.as_str().unwrap_or_default().to_owned();
        let scopes = spec.at("scopes").items().map(|it| Scope {
            name: text(it),
            operator: "Exists".to_owned(),
            values: BTreeSet::new(),
        });
        let selected = spec.at("scopeSelector").at("matchExpressions").items().map(|it| Scope {
            name: text(it.at("scopeName")),
            operator: text(it.at("operator")),
            values: it.at("values").items().map(text).collect(),
        });
        let hard = spec.at("hard").entries();
        Self {
            name: object.name().to_owned(),
            // Plainly written, so that what is said of it depends on its value alone.
            hard: hard
                .filter_map(|(key, value)| Some((key.to_owned(), quantity(value)?.plain())))
                .collect(),
            scopes: scopes.chain(selected).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Nearest;

    const FILES: [&str; 6] = ["x.yaml", "a/x.yaml", "a/b/x.yaml", "a/b/y.yaml", "c/x.yaml", "-"];

    fn quota(name: &str, pods: &str) -> Quota {
        let hard = [("pods".to_owned(), pods.parse().unwrap_or(Quantity::zero()))];
        Quota { name: name.to_owned(), hard: hard.into(), scopes: Vec::new() }
    }

    #[test]
    fn together_they_admit_what_they_admit_one_by_one() {
        // Each number is a choice of names and files.
        for choice in 0..3_000_usize {
            let mut quotas = Quotas::default();
            for index in 0..=(choice % 5) {
                let pick =
                    |of: usize, salt: usize| (choice / 5 * 31 + index * 17 + salt).pow(2) / 7 % of;
                let (namespace, name) = (["", "team"][pick(2, 1)], ["l", "m", "n"][pick(3, 2)]);
                quotas.learn(namespace, FILES[pick(6, 4)], quota(name, ["1", "2"][pick(2, 5)]));
            }
            quotas.settle();
            for file in FILES.into_iter().chain(["a/z.yaml", "a/b/c/z.yaml", "d/z.yaml", "/x.yaml"])
            {
                for namespace in ["", "team", "other"] {
                    let found = quotas.find(namespace, file);
                    let groups = found.flat_map(|it| it.groups(None));
                    let mut found: Vec<_> =
                        groups.flat_map(|it| it.bounds("pods")).cloned().collect();
                    found.sort();
                    let names = quotas.all.by_namespaces().filter(|(it, _)| *it == namespace);
                    let near = |it: &'_ Nearest<BTreeSet<Quota>>| {
                        let near =
                            if namespace.is_empty() { it.find_above(file) } else { it.find(file) };
                        near.cloned().unwrap_or_default()
                    };
                    let one_by_one = names.flat_map(|(_, names)| names.flat_map(near));
                    let bound = |it: Quota| Bound { hard: it.hard["pods"].clone(), quota: it.name };
                    let mut one_by_one: Vec<_> = one_by_one.map(bound).collect();
                    one_by_one.sort();
                    assert_eq!(found, one_by_one, "{choice} {namespace} {file}");
                }
            }
        }
    }

    #[test]
    fn a_pod_finds_the_quotas_of_its_class() {
        let scope = |operator: &str, values: &[&str]| Scope {
            name: "PriorityClass".to_owned(),
            operator: operator.to_owned(),
            values: values.iter().map(|it| (*it).to_owned()).collect(),
        };
        let with = |name: &str, scopes| Quota { scopes, ..quota(name, "1") };
        let quotas = [
            with("all", Vec::new()),
            with("high", vec![scope("In", &["high", "higher"])]),
            with("other", vec![scope("NotIn", &["high"])]),
        ];
        let admitted = Admitted::of(quotas.into());
        let of = |class| {
            let groups = admitted.groups(class).flat_map(|it| it.bounds("pods"));
            groups.map(|it| it.quota.as_str()).collect::<Vec<_>>()
        };
        // Whether it is in the others, their scopes say.
        assert_eq!(of(None), ["all", "other"]);
        assert_eq!(of(Some("higher")), ["all", "other", "high"]);
        assert_eq!(of(Some("low")), ["all", "other"]);
        assert!(admitted.without_scopes().is_some_and(|it| it.scopes.is_empty()));
    }
}
