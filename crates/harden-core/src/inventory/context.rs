//! What some objects say for others: Namespaces, LimitRanges and ResourceQuotas for pods,
//! CustomResourceDefinitions for custom objects.

mod definitions;
mod limit_ranges;
mod quotas;
mod standards;
mod surroundings;

pub use definitions::Definition;
pub use limit_ranges::{Bounds, Limits};
pub use quotas::{Quota, Scope};
pub use standards::Enforced;
pub use surroundings::Surroundings;

use std::collections::BTreeSet;

use harden_yaml::Document;

use self::definitions::Definitions;
use self::limit_ranges::LimitRanges;
use self::quotas::Quotas;
use self::standards::Standards;
use super::Several;
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::pod_security::Standard;
use crate::source::{self, Text};

/// The kinds that say something for objects of other kinds.
const KINDS: [GroupKind; 4] = [
    GroupKind::NAMESPACE,
    GroupKind::LIMIT_RANGE,
    GroupKind::RESOURCE_QUOTA,
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// One of these stands in every object that says something.
const WORDS: &[&str] = &["Namespace", "LimitRange", "ResourceQuota", "CustomResourceDefinition"];

/// What objects of the input say for others, by where they are. The same whatever their order: of several that
/// say something of one thing, the nearest count, and of those that are equally near the strictest.
#[derive(Debug, Clone, Default)]
pub struct Context {
    standards: Standards,
    limit_ranges: LimitRanges,
    quotas: Quotas,
    definitions: Definitions,
}

impl Context {
    /// Takes in what the objects of a text say; cheap for texts that say nothing.
    pub fn learn(&mut self, text: &Text<'_>) {
        for document in text.documents_with(WORDS) {
            text.objects(&document).for_each(|it| self.learn_object(&it, text.name));
        }
    }

    /// Whether a text may hold an object that says something for others; cheap.
    pub fn may_teach(text: &str) -> bool {
        source::may_hold(text, WORDS)
    }

    /// Takes in the CustomResourceDefinitions of a document that is not among the input. Those of the input
    /// are nearer.
    pub fn define(&mut self, document: &Document<'_>) {
        crate::object::objects(document.root()).for_each(|it| self.definitions.define(&it));
    }

    fn learn_object(&mut self, object: &Object<'_>, file: &str) {
        let [namespace, limit_range, quota, definition] = KINDS;
        if object.is_of(namespace) {
            self.standards.learn(object, file);
        } else if object.is_of(limit_range) {
            self.limit_ranges.learn(object, file);
        } else if object.is_of(quota) {
            self.quotas.learn(object, file);
        } else if object.is_of(definition) {
            self.definitions.learn(object, file);
        }
    }

    /// What is said for the objects of a source.
    pub fn around<'c>(&'c self, source: &'c str) -> Surroundings<'c> {
        Surroundings::new(self, source)
    }

    /// Everything that namespaces hold their pods to.
    pub fn standards(&self) -> impl Iterator<Item = Standard> {
        self.standards.all()
    }

    /// Objects of one name of which not all say the same, in their order.
    pub fn several(&self) -> Vec<Several> {
        let all = self.standards.several().chain(self.limit_ranges.several());
        all.chain(self.quotas.several()).chain(self.definitions.several()).collect()
    }

    /// Whether the other knows the same custom kinds by the same definitions.
    pub fn defines_the_same(&self, other: &Self) -> bool {
        self.definitions == other.definitions
    }

    /// The namespaces for whose pods the other says something else.
    pub fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        let mut names = self.standards.namespaces_that_differ(&other.standards);
        names.extend(self.limit_ranges.namespaces_that_differ(&other.limit_ranges));
        names.extend(self.quotas.namespaces_that_differ(&other.quotas));
        names
    }
}
