//! What ResourceQuotas admit to their namespaces.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use super::of_namespaces::OfNamespaces;
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};
use crate::source::Join;

/// The ResourceQuotas, by their namespaces and names.
pub(super) type Quotas = OfNamespaces<BTreeSet<Quota>>;

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

/// Of one name and equally near: it is open which of them is meant, so all hold.
impl Join for BTreeSet<Quota> {
    fn join(&mut self, other: &Self) {
        self.extend(other.iter().cloned());
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
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
