//! The Namespaces among the input, and what they say for all of their pods.

use std::collections::{BTreeMap, BTreeSet};

use super::SourceText;
use crate::object::Object;
use crate::pod_security::{Labels, Mode, Policy, Standard};

/// What Namespaces and the LimitRanges in them say of pods, by the names of the namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces {
    standards: BTreeMap<String, Standard>,
    /// What LimitRanges set for containers that say nothing: namespace, bound and resource.
    defaults: BTreeSet<(String, &'static str, String)>,
}

impl Namespaces {
    /// Reads the Namespaces and LimitRanges of a source; returns the namespaces that they are about.
    /// Cheap for sources that hold none.
    pub fn learn(&mut self, source: &SourceText<'_>) -> Vec<String> {
        let label = Mode::Enforce.level_label();
        let mut names = Vec::new();
        for document in source.documents_with(&[label, "LimitRange"]) {
            for object in source.objects(&document) {
                let labels = object.place.at("metadata").at("labels");
                if object.group.is_empty()
                    && object.kind == "Namespace"
                    && labels.at(label).exists()
                {
                    let policy = Labels::read(labels, Policy::PRIVILEGED).policy;
                    self.standards.insert(object.name().to_owned(), policy.enforce);
                    names.push(object.name().to_owned());
                }
                if object.group.is_empty() && object.kind == "LimitRange" {
                    self.learn_defaults(&object);
                    names.push(object.namespace().unwrap_or_default().to_owned());
                }
            }
        }
        names
    }

    /// Whether both say the same of the pods of a namespace.
    pub fn agrees(&self, other: &Self, namespace: &str) -> bool {
        let defaults = |it: &Self| -> Vec<_> {
            it.defaults.iter().filter(|(name, ..)| name == namespace).cloned().collect()
        };
        self.standard(namespace) == other.standard(namespace) && defaults(self) == defaults(other)
    }

    /// A limit that is set is the request, too, where none is.
    fn learn_defaults(&mut self, limit_range: &Object<'_>) {
        let namespace = limit_range.namespace().unwrap_or_default();
        let limits = limit_range.place.at("spec").at("limits").items();
        for limit in limits.filter(|it| it.at("type").as_str() == Some("Container")) {
            for (field, bounds) in
                [("default", &["limits", "requests"][..]), ("defaultRequest", &["requests"])]
            {
                for (resource, _) in limit.at(field).entries() {
                    let known =
                        |bound: &&'static str| (namespace.to_owned(), *bound, resource.to_owned());
                    self.defaults.extend(bounds.iter().map(known));
                }
            }
        }
    }

    /// Whether containers of this namespace that set no such bound (`limits`, `requests`) on a
    /// resource get one from a LimitRange.
    pub fn bounds(&self, namespace: &str, bound: &'static str, resource: &str) -> bool {
        // There is hardly ever one, and this is asked for every pod.
        !self.defaults.is_empty()
            && self.defaults.contains(&(namespace.to_owned(), bound, resource.to_owned()))
    }

    /// What pods of this namespace are held to, if the namespace says so.
    pub fn standard(&self, namespace: &str) -> Option<Standard> {
        self.standards.get(namespace).copied()
    }

    pub(super) fn standards(&self) -> impl Iterator<Item = Standard> {
        self.standards.values().copied()
    }
}
