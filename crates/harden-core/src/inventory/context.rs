//! What some objects say for others: Namespaces and LimitRanges for pods, CustomResourceDefinitions
//! for custom objects.

mod limit_ranges;

pub use limit_ranges::{Bounds, LimitRanges, Limits};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_yaml::Document;

use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::pod_security::{Labels, Mode, Policy, Standard};
use crate::schema::Crds;
use crate::source::{self, Text};

/// The kinds that say something for objects of other kinds.
const KINDS: [GroupKind; 3] = [
    GroupKind::NAMESPACE,
    GroupKind::LIMIT_RANGE,
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// One of these stands in every object that says something.
const WORDS: &[&str] =
    &["pod-security.kubernetes.io/enforce", "LimitRange", "CustomResourceDefinition"];

/// What objects of the input say for others. The same whatever their order: of several that say
/// something of one thing, the strictest counts.
#[derive(Debug, Clone, Default)]
pub struct Context {
    standards: BTreeMap<String, Standard>,
    limit_ranges: LimitRanges,
    crds: Arc<Crds>,
}

impl Context {
    /// Takes in what the objects of a text say; cheap for texts that say nothing.
    pub fn learn(&mut self, text: &Text<'_>) {
        for document in text.documents_with(WORDS) {
            text.objects(&document).for_each(|it| self.learn_object(&it));
        }
    }

    /// Whether a text may hold an object that says something for others; cheap.
    pub fn may_teach(text: &str) -> bool {
        source::may_hold(text, WORDS)
    }

    /// Takes in the CustomResourceDefinitions of a document that is not among the input.
    pub fn define(&mut self, document: &Document<'_>) {
        let all = crate::object::objects(document.root());
        all.for_each(|it| Arc::make_mut(&mut self.crds).learn(&it));
    }

    fn learn_object(&mut self, object: &Object<'_>) {
        let [namespace, limit_range, definition] = KINDS;
        let labels = object.place.at("metadata").at("labels");
        if object.is_of(namespace) && labels.at(Mode::Enforce.level_label()).exists() {
            let standard = Labels::read(labels, Policy::PRIVILEGED).policy.enforce;
            let known = self.standards.entry(object.name().to_owned()).or_insert(standard);
            *known = (*known).max(standard);
        } else if object.is_of(limit_range) {
            self.limit_ranges.learn(object);
        } else if object.is_of(definition) {
            Arc::make_mut(&mut self.crds).learn(object);
        }
    }

    /// What pods of this namespace are held to, if the namespace says so.
    pub fn standard(&self, namespace: &str) -> Option<Standard> {
        self.standards.get(namespace).copied()
    }

    /// Everything that namespaces hold their pods to.
    pub fn standards(&self) -> impl Iterator<Item = Standard> {
        self.standards.values().copied()
    }

    /// What LimitRanges give to containers, and what they admit.
    pub fn limit_ranges(&self) -> &LimitRanges {
        &self.limit_ranges
    }

    /// The custom kinds that are known.
    pub fn crds(&self) -> &Crds {
        &self.crds
    }

    /// The namespaces for whose pods the other says something else.
    pub fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let names = self.standards.keys().chain(other.standards.keys());
        let names = names.filter(|it| self.standard(it) != other.standard(it)).cloned();
        names.chain(self.limit_ranges.namespaces_that_differ(&other.limit_ranges)).collect()
    }
}
