//! What objects of one kind say for the pods of their namespaces.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Several;
use crate::source::{Join, Nearest};

/// What objects of one kind say, by their namespaces and names.
#[derive(Debug, Clone)]
pub(super) struct OfNamespaces<T>(BTreeMap<String, BTreeMap<String, Nearest<T>>>);

impl<T> Default for OfNamespaces<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Join + PartialEq> OfNamespaces<T> {
    /// Takes in what an object says that is in the file of this name.
    pub(super) fn learn(&mut self, namespace: &str, name: String, file: &str, value: T) {
        let of_namespace = self.0.entry(namespace.to_owned()).or_default();
        of_namespace.entry(name).or_default().learn(file, value);
    }

    /// Whether nobody says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is said, by namespaces, in the order of the names there.
    pub(super) fn by_namespaces(
        &self,
    ) -> impl Iterator<Item = (&str, impl Iterator<Item = &Nearest<T>>)> {
        self.0.iter().map(|(namespace, names)| (namespace.as_str(), names.values()))
    }

    /// Those of one name of which not all say the same, as objects of this kind.
    pub(super) fn several(&self, kind: &str) -> impl Iterator<Item = Several> {
        let namespaces = self.0.iter();
        let names = namespaces
            .flat_map(|(namespace, names)| names.iter().map(move |it| (namespace.as_str(), it)));
        names.filter_map(move |(namespace, (name, all))| {
            let slash = if namespace.is_empty() { "" } else { "/" };
            let what = format!("{kind} {namespace}{slash}{name}");
            Some(Several { what, count: all.count_if_several()? })
        })
    }

    /// The namespaces of which the other says something else.
    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let names = self.0.keys().chain(other.0.keys());
        names.filter(|it| self.0.get(*it) != other.0.get(*it)).cloned().collect()
    }
}
