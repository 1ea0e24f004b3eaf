//! The resources that CustomResourceDefinitions among the input bring.

use crate::object::Object;
use crate::source::Source;

/// The resources that are known beyond those of Kubernetes.
#[derive(Debug, Clone, Default)]
pub struct Served {
    resources: Vec<Custom>,
}

/// A resource of a CustomResourceDefinition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Custom {
    pub(super) group: String,
    pub(super) plural: String,
    /// What else it is called, in lower case: its kind, its singular, its short names.
    names: Vec<String>,
    pub(super) is_namespaced: bool,
}

impl Served {
    /// Learns the CustomResourceDefinitions that a text holds.
    pub fn learn(&mut self, source: &Source<'_>) {
        let text = source.at(0);
        for document in text.documents_with(&["CustomResourceDefinition"]) {
            for object in text.objects(&document) {
                if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
                    self.resources.extend(read(&object));
                }
            }
        }
        self.resources.sort();
        self.resources.dedup();
    }

    /// The resource of a name, in a group if one is named.
    pub(super) fn find(&self, name: &str, group: Option<&str>) -> Option<&Custom> {
        let name = name.to_ascii_lowercase();
        let is_of_group = |it: &&Custom| group.is_none_or(|group| it.group == group);
        let mut all = self.resources.iter().filter(is_of_group);
        all.find(|it| it.plural == name || it.names.contains(&name))
    }
}

fn read(object: &Object<'_>) -> Option<Custom> {
    let spec = object.place.at("spec");
    let names = spec.at("names");
    let text = |key| names.at(key).as_str().map(str::to_ascii_lowercase);
    let short = names.at("shortNames").items().filter_map(|it| it.as_str()).map(str::to_owned);
    Some(Custom {
        group: spec.at("group").as_str()?.to_owned(),
        plural: text("plural")?,
        names: text("singular").into_iter().chain(text("kind")).chain(short).collect(),
        is_namespaced: spec.at("scope").as_str() != Some("Cluster"),
    })
}
