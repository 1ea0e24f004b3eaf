//! What Namespaces hold their pods to.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Several;
use crate::kubernetes::Level;
use crate::object::Object;
use crate::pod_security::{Labels, Mode, Policy, Standard};
use crate::source::{Join, Nearest};

/// What Namespaces hold their pods to, by their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Standards(BTreeMap<String, Nearest<Enforced>>);

/// What the labels of a Namespace, or of several that are equally near, hold pods to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Enforced {
    /// What is enforced, by the strictest of those that say it.
    pub standard: Option<Standard>,
    /// Whether one of them says nothing, so that what is asked for holds there.
    pub is_open: bool,
}

impl Enforced {
    pub(super) fn read(namespace: &Object<'_>) -> Self {
        let labels = namespace.place.at("metadata").at("labels");
        let says = labels.at(Mode::Enforce.level_label()).exists();
        let standard = says.then(|| Labels::read(labels, Policy::PRIVILEGED).policy.enforce);
        Self { standard, is_open: !says }
    }

    /// What pods are held to by labels, beside the level that is asked for: none where that level counts,
    /// because no Namespace says anything, or one does not and the others are no stricter.
    pub fn beside(&self, asked: Level) -> Option<Standard> {
        self.standard.filter(|it| !self.is_open || it.level > asked)
    }
}

impl Join for Enforced {
    fn join(&mut self, other: &Self) {
        self.standard = self.standard.max(other.standard);
        self.is_open |= other.is_open;
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Standards {
    pub(super) fn learn(&mut self, namespace: String, file: &str, enforced: Enforced) {
        self.0.entry(namespace).or_default().learn(file, enforced);
    }

    pub(super) fn find(&self, namespace: &str, file: &str) -> Option<&Enforced> {
        self.0.get(namespace)?.find(file)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Standard> {
        let files = self.0.values().flat_map(Nearest::by_file);
        files.filter_map(|it| it.standard)
    }

    pub(super) fn several(&self) -> impl Iterator<Item = Several> {
        self.0.iter().filter_map(|(name, all)| {
            Some(Several { what: format!("Namespace {name}"), count: all.count_if_several()? })
        })
    }

    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let names = self.0.keys().chain(other.0.keys());
        names.filter(|it| self.0.get(*it) != other.0.get(*it)).cloned().collect()
    }
}
