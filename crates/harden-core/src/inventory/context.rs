//! What some objects say for others: Namespaces, LimitRanges and ResourceQuotas for pods,
//! CustomResourceDefinitions for custom objects.

mod definitions;
mod kustomizations;
mod limit_ranges;
mod of_namespaces;
mod quotas;
mod standards;
mod surroundings;
mod together;

pub use definitions::Definition;
pub use limit_ranges::{Bounds, Limits};
pub use quotas::{Admitted, Bound, QuotaGroup, Scope};
pub use standards::Enforced;
pub use surroundings::Surroundings;

use std::collections::BTreeSet;
use std::sync::Arc;

use harden_yaml::Document;

use self::definitions::{Alternatives, Definitions};
use self::kustomizations::Kustomizations;
use self::limit_ranges::LimitRanges;
use self::quotas::{Quota, Quotas};
use self::standards::Standards;
use super::Several;
use crate::kubernetes::{GroupKind, MinorVersion};
use crate::object::Object;
use crate::pod_security::Standard;
use crate::schema::{self, Crds};
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
    kustomizations: Kustomizations,
    /// What was learnt, until it is known which files are patches.
    lessons: Vec<(Arc<str>, Lesson)>,
}

/// What one object says for others.
#[derive(Debug, Clone)]
enum Lesson {
    Standard(String, Enforced),
    /// By its namespace and name.
    Limits(String, String, Limits),
    /// By its namespace.
    Quota(String, Quota),
    /// By its group and kind.
    Definition(String, String, Alternatives),
}

impl Context {
    /// Takes in what the objects of a text say; cheap for texts that say nothing. [`Context::settle`] ends it.
    pub fn learn(&mut self, text: &Text<'_>) {
        if Kustomizations::is_one(text.name) {
            let documents = text.documents(Text::WHOLE).filter(|it| !it.is_rejected());
            documents.for_each(|it| self.kustomizations.learn(it.root(), text.name));
        } else if text.is_whole() {
            self.kustomizations.learn_text(text.name, text.text);
        }
        for document in text.documents_with(WORDS) {
            text.objects(&document).for_each(|it| self.learn_object(&it, text.name));
        }
    }

    /// Puts together what was learnt, when every text was seen. What a patch does not say counts for nothing:
    /// the object that it is laid over says it.
    pub fn settle(&mut self) {
        self.kustomizations.settle();
        for (file, lesson) in std::mem::take(&mut self.lessons) {
            let is_patch = self.kustomizations.patched_by(&file).is_some();
            match lesson {
                Lesson::Standard(_, Enforced { is_open: true, .. }) if is_patch => {}
                Lesson::Standard(name, enforced) => self.standards.learn(name, &file, enforced),
                _ if is_patch => {}
                Lesson::Limits(written, name, limits) => {
                    let namespace = self.kustomizations.namespace(&file).unwrap_or(&written);
                    self.limit_ranges.learn(namespace, name, &file, limits);
                }
                Lesson::Quota(written, quota) => {
                    let namespace = self.kustomizations.namespace(&file).unwrap_or(&written);
                    self.quotas.learn(namespace, &file, quota);
                }
                Lesson::Definition(group, kind, definition) => {
                    self.definitions.learn(group, kind, &file, definition);
                }
            }
        }
        self.limit_ranges.settle();
        self.quotas.settle();
    }

    /// Whether a text may hold an object that says something for others; cheap.
    pub fn may_teach(file: &str, text: &str) -> bool {
        Kustomizations::is_one(file) || source::may_hold(text, WORDS)
    }

    /// Takes in the CustomResourceDefinitions of a document that is not among the input. Those of the input
    /// are nearer.
    pub fn define(&mut self, document: &Document<'_>) {
        crate::object::objects(document.root()).for_each(|it| self.definitions.define(&it));
    }

    /// What the API server cannot decode says nothing for others.
    fn learn_object(&mut self, object: &Object<'_>, file: &str) {
        let [namespace, limit_range, quota, definition] = KINDS;
        let is_decoded = |object: &Object<'_>| {
            schema::can_decode(&schema::check(object, MinorVersion::NEWEST_KNOWN, &Crds::default()))
        };
        let is_native = KINDS.iter().any(|it| object.is_of(*it)) && !object.is_of(definition);
        let lesson = if object.is_removal() || is_native && !is_decoded(object) {
            None
        } else if object.is_of(namespace) {
            Some(Lesson::Standard(object.name().to_owned(), Enforced::read(object)))
        } else if object.is_of(limit_range) {
            let namespace = object.namespace().unwrap_or_default().to_owned();
            Some(Lesson::Limits(namespace, object.name().to_owned(), Limits::read(object)))
        } else if object.is_of(quota) {
            let namespace = object.namespace().unwrap_or_default().to_owned();
            Some(Lesson::Quota(namespace, Quota::read(object)))
        } else if object.is_of(definition) {
            let read = Definitions::read(object, file);
            read.map(|(group, kind, it)| Lesson::Definition(group, kind, it))
        } else {
            None
        };
        self.lessons.extend(lesson.map(|it| (file.into(), it)));
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

    /// How many changes of kustomizations nobody judges by themselves, by the folders.
    pub fn unjudged_changes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.kustomizations.unjudged()
    }

    /// Whether objects end up in other namespaces than they are written for.
    pub fn moves_objects(&self) -> bool {
        self.kustomizations.moves_objects()
    }

    /// Whether the other says the same of kustomizations.
    pub fn builds_the_same(&self, other: &Self) -> bool {
        self.kustomizations == other.kustomizations
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
