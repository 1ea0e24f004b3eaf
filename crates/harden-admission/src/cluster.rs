//! What is known of the cluster that a request is sent to.

mod resource;
pub mod stated;

use std::collections::BTreeMap;

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

pub use resource::Resource;
pub use stated::Stated;

use crate::Object;
use crate::cel::Timestamp;

/// Objects at hand, and what the API server is.
#[derive(Debug)]
pub struct Cluster {
    /// The version of the API server.
    pub version: MinorVersion,
    /// The time of the request, where it is known.
    pub now: Option<Timestamp>,
    /// Whether what is not at hand is not there. Where it is false, an absent object is not judged.
    pub is_whole: bool,
    /// What a test file says, where one does.
    pub stated: Option<Stated>,
    objects: BTreeMap<Key, Object>,
    resources: BTreeMap<(String, String), Resource>,
}

/// Group, kind, namespace and name.
type Key = (String, String, String, String);

impl Cluster {
    /// An API server of a version, of whose objects nothing is known.
    pub fn new(version: MinorVersion) -> Self {
        Self {
            version,
            now: None,
            is_whole: false,
            stated: None,
            objects: BTreeMap::new(),
            resources: BTreeMap::new(),
        }
    }

    /// Takes in an object; of two of one name the last one stays. A CustomResourceDefinition says how its
    /// kind is served.
    pub fn add(&mut self, object: Object) {
        if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            self.add_definition(&object);
        }
        let key = key(object.group(), object.kind(), object.namespace(), object.name());
        self.objects.insert(key, object);
    }

    /// Takes in objects that are there together. Of several of one name that are not alike none is at hand, and
    /// nothing else that is not at hand is known not to be there; they are handed back.
    pub fn add_all(&mut self, objects: impl IntoIterator<Item = Object>) -> Vec<Object> {
        let mut named: BTreeMap<Key, Object> = BTreeMap::new();
        let mut twins: BTreeMap<Key, Object> = BTreeMap::new();
        for object in objects {
            let key = key(object.group(), object.kind(), object.namespace(), object.name());
            match named.get(&key) {
                Some(other) if other.json() != object.json() && !object.name().is_empty() => {
                    twins.insert(key, object);
                }
                _ => drop(named.insert(key, object)),
            }
        }
        for (key, object) in named {
            // What there would be is known to be not the one that was there before.
            if twins.contains_key(&key) {
                self.objects.remove(&key);
            } else {
                self.add(object);
            }
        }
        self.is_whole &= twins.is_empty();
        twins.into_values().collect()
    }

    fn add_definition(&mut self, definition: &Object) {
        let text = |pointer| definition.at(pointer).and_then(Value::as_str);
        let (Some(group), Some(kind), Some(name)) =
            (text("/spec/group"), text("/spec/names/kind"), text("/spec/names/plural"))
        else {
            return;
        };
        let is_namespaced = text("/spec/scope") != Some("Cluster");
        self.serve(group, kind, name, is_namespaced);
    }

    /// Says how a kind is served.
    pub fn serve(&mut self, group: &str, kind: &str, name: &str, is_namespaced: bool) {
        let resource = Resource { name: name.to_owned(), is_namespaced, is_guessed: false };
        self.resources.insert((group.to_owned(), kind.to_owned()), resource);
    }

    /// The object of this name.
    pub fn get(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        self.objects.get(&key(group, kind, namespace, name))
    }

    /// The objects of a kind by namespace and name, of all namespaces where none is given.
    pub fn list<'c>(
        &'c self,
        group: &'c str,
        kind: &'c str,
        namespace: Option<&'c str>,
    ) -> impl Iterator<Item = &'c Object> + 'c {
        let first = key(group, kind, namespace.unwrap_or_default(), "");
        self.objects
            .range(first..)
            .take_while(move |((of_group, of_kind, of_namespace, _), _)| {
                of_group == group
                    && of_kind == kind
                    && namespace.is_none_or(|it| it == of_namespace)
            })
            .map(|(_, object)| object)
    }

    /// The kinds of the objects at hand that a group serves by the name of a resource.
    pub fn kinds(&self, group: &str, resource: &str) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        let mut next = String::new();
        loop {
            let found = self.objects.range(key(group, &next, "", "")..).next();
            let Some(((_, kind, ..), _)) = found.filter(|((of, ..), _)| of == group) else { break };
            if self.resource(group, kind).name == resource {
                kinds.push(kind);
            }
            // The first name after this one.
            next = format!("{kind}\0");
        }
        kinds
    }

    /// All objects, by group, kind, namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// A Namespace: the one at hand with the label that the API server sets, or one of that label alone.
    pub fn namespace(&self, name: &str) -> Object {
        const LABEL: &str = "kubernetes.io/metadata.name";
        let Some(known) = self.get("", "Namespace", "", name) else {
            let metadata = json!({"name": name, "labels": {LABEL: name}});
            return Object::new(
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}),
            );
        };
        if known.label(LABEL) == Some(name) {
            return known.clone();
        }
        let mut json = known.json().clone();
        if let Some(metadata) = json.get_mut("metadata").and_then(Value::as_object_mut) {
            let labels = metadata.entry("labels").or_insert_with(|| json!({}));
            match labels.as_object_mut() {
                Some(labels) => drop(labels.insert(LABEL.to_owned(), name.into())),
                None => *labels = json!({LABEL: name}),
            }
        }
        Object::new(json)
    }

    /// The kind that a group serves by a name in the plural, where a definition or an object at hand says so.
    pub fn kind_of(&self, group: &str, plural: &str) -> Option<String> {
        let defined = self.resources.iter().find(|((of, _), it)| of == group && it.name == plural);
        if let Some(((_, kind), _)) = defined {
            return Some(kind.clone());
        }
        let mut kinds: Vec<&str> = Vec::new();
        for (of, kind, ..) in self.objects.keys() {
            if of == group && kinds.last() != Some(&kind.as_str()) {
                kinds.push(kind);
            }
        }
        let found = kinds.into_iter().find(|it| self.resource(group, it).name == plural);
        found.map(str::to_owned)
    }

    /// How a kind is served: what a definition says, what Kubernetes itself serves, or a guess.
    pub fn resource(&self, group: &str, kind: &str) -> Resource {
        let of_definition = self.resources.get(&(group.to_owned(), kind.to_owned())).cloned();
        of_definition.unwrap_or_else(|| Resource::of(group, kind))
    }
}

fn key(group: &str, kind: &str, namespace: &str, name: &str) -> Key {
    (group.to_owned(), kind.to_owned(), namespace.to_owned(), name.to_owned())
}
