//! What ResourceQuotas admit to their namespaces.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use crate::inventory::Several;
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};
use crate::source::{Join, Nearest};

/// The ResourceQuotas, by their namespaces and names.
#[derive(Debug, Clone, Default)]
pub(super) struct Quotas(BTreeMap<String, BTreeMap<String, Nearest<Alternatives>>>);

/// ResourceQuotas of one name that are equally near. It is open which of them is meant, so all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Alternatives(BTreeSet<Quota>);

/// A ResourceQuota.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quota {
    /// Its name.
    pub name: String,
    /// How much of each resource there is for all objects together.
    pub hard: BTreeMap<String, Quantity>,
    /// Which pods it is for; all when empty.
    pub scopes: Vec<Scope>,
}

/// What a pod must be for a quota to be for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// E.g. `BestEffort`.
    pub name: String,
    /// `Exists` where it is not written.
    pub operator: String,
    /// The values for `In` and `NotIn`.
    pub values: Vec<String>,
}

impl Join for Alternatives {
    fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Quotas {
    /// Takes in a ResourceQuota.
    pub(super) fn learn(&mut self, namespace: &str, file: &str, quota: Quota) {
        let of_namespace = self.0.entry(namespace.to_owned()).or_default();
        let of_name = of_namespace.entry(quota.name.clone()).or_default();
        of_name.learn(file, Alternatives([quota].into()));
    }

    /// Those of a namespace for a file: of one name the nearest. One without a namespace is for its own tree.
    pub(super) fn find<'q>(
        &'q self,
        namespace: &str,
        file: &'q str,
    ) -> impl Iterator<Item = &'q Quota> + use<'q> {
        // There is hardly ever one, and this is asked for every pod.
        let names = if self.0.is_empty() { None } else { self.0.get(namespace) };
        let is_open = namespace.is_empty();
        let near = names
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(move |all| if is_open { all.find_above(file) } else { all.find(file) });
        near.flat_map(|it| &it.0)
    }

    pub(super) fn several(&self) -> impl Iterator<Item = Several> {
        let namespaces = self.0.iter();
        let names = namespaces
            .flat_map(|(namespace, names)| names.iter().map(move |it| (namespace.as_str(), it)));
        names.filter_map(|(namespace, (name, all))| {
            let slash = if namespace.is_empty() { "" } else { "/" };
            let what = format!("ResourceQuota {namespace}{slash}{name}");
            Some(Several { what, count: all.count_if_several()? })
        })
    }

    /// The namespaces of which the other says something else.
    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let names = self.0.keys().chain(other.0.keys());
        names.filter(|it| self.0.get(*it) != other.0.get(*it)).cloned().collect()
    }
}

impl Quota {
    /// The quota that an object is.
    pub fn read(object: &Object<'_>) -> Self {
        let spec = object.place.at("spec");
        let text = |place: Place<'_>| place.as_str().unwrap_or_default().to_owned();
        let scopes = spec.at("scopes").items().map(|it| Scope {
            name: text(it),
            operator: "Exists".to_owned(),
            values: Vec::new(),
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
