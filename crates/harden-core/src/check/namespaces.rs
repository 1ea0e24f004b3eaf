//! The Namespaces among the input, whose labels decide what their pods are held to.

use std::collections::BTreeMap;

use crate::pod_security::{Labels, Mode, Policy, Standard};
use crate::workloads::objects;

/// What Namespaces say of themselves, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces(BTreeMap<String, Standard>);

impl Namespaces {
    /// Reads the labels of every Namespace in a source. Cheap for sources that hold none.
    pub fn learn(&mut self, text: &str) {
        let label = Mode::Enforce.level_label();
        if !text.contains(label) {
            return;
        }
        for document in harden_yaml::documents(text).filter(|it| !it.is_refused()) {
            for object in objects(document.root()) {
                let labels = object.place.at("metadata").at("labels");
                if object.group.is_empty()
                    && object.kind == "Namespace"
                    && labels.at(label).exists()
                {
                    let policy = Labels::read(labels, Policy::PRIVILEGED).policy;
                    self.0.insert(object.name().to_owned(), policy.enforce);
                }
            }
        }
    }

    /// What pods of this namespace are held to, if the namespace says so.
    pub fn standard(&self, namespace: &str) -> Option<Standard> {
        self.0.get(namespace).copied()
    }

    pub(super) fn standards(&self) -> impl Iterator<Item = Standard> {
        self.0.values().copied()
    }
}
