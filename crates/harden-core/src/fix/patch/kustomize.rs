//! Kustomizations that lay patches over files of others.

use std::collections::BTreeMap;

use harden_yaml::documents;
use serde_json::{Value, json};

use super::Changed;
use crate::check::Outcome;
use crate::object::{Object, objects};

/// A kustomization: what it is built of, and what is laid over that.
#[derive(Debug, Clone, Default)]
pub struct Overlay<'c> {
    /// Files and folders, as seen from its folder.
    pub resources: Vec<String>,
    /// Objects, and the files of their patches.
    pub patches: Vec<(&'c Changed, String)>,
}

impl Overlay<'_> {
    /// The text of its `kustomization.yaml`.
    pub fn to_yaml(&self) -> String {
        let patches = self
            .patches
            .iter()
            .map(|(changed, path)| json!({"path": path, "target": target(changed)}));
        let mut kustomization = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": self.resources,
        });
        let patches: Vec<Value> = patches.collect();
        if let (Value::Object(entries), false) = (&mut kustomization, patches.is_empty()) {
            entries.insert("patches".to_owned(), patches.into());
        }
        harden_yaml::write(&kustomization)
    }
}

/// What tells an object to kustomize, which reads names as regular expressions.
fn target(changed: &Changed) -> Value {
    let version = changed.object.api_version.rsplit('/').next().unwrap_or_default();
    let mut target = json!({});
    for (key, value) in [
        ("group", changed.group()),
        ("version", version),
        ("kind", &changed.object.kind),
        ("name", &escaped(&changed.object.name)),
        ("namespace", &escaped(&changed.object.namespace)),
    ] {
        if let (Value::Object(entries), false) = (&mut target, value.is_empty()) {
            entries.insert(key.to_owned(), value.into());
        }
    }
    target
}

/// A text as a regular expression that only it matches.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether kustomize can build of a file.
///
/// # Errors
///
/// Why it cannot, as a part of a sentence.
pub fn is_readable(text: &str) -> Result<(), String> {
    let mut is_empty = true;
    for document in documents(text).filter(|it| !it.is_empty()) {
        if document.is_rejected() {
            return Err("a document in it cannot be read".to_owned());
        }
        if document.is_rejected_by_strict() {
            return Err("a key in it is written twice".to_owned());
        }
        let mut is_object = false;
        for object in objects(document.root()) {
            is_object = true;
            if object.kind.is_empty() || object.version.is_empty() {
                return Err("something in it does not say what it is".to_owned());
            }
            if object.name().is_empty() {
                return Err(format!("{} has no name of its own", object.reference()));
            }
        }
        if is_object {
            is_empty = false;
        }
    }
    if is_empty { Err("there is no object in it".to_owned()) } else { Ok(()) }
}

/// Whether a kustomization, by its text, lists a file or folder that is `path` as seen from its folder.
pub fn lists(kustomization: &str, path: &str) -> bool {
    let bare = |it: &str| it.trim_start_matches("./").trim_end_matches('/').to_owned();
    let path = bare(path);
    documents(kustomization).any(|document| {
        let listed = ["resources", "bases"].into_iter();
        let mut listed = listed.flat_map(|key| document.root().at(key).items());
        listed.any(|it| it.as_str().is_some_and(|it| bare(it) == path))
    })
}

impl Changed {
    /// Why kustomize cannot tell it from other objects among these, as a sentence.
    pub fn confusion(&self, others: &Objects) -> Option<String> {
        let known = others.0.get(&(self.object.kind.clone(), self.object.name.clone()))?;
        let same = known.iter().filter(|(namespace, _)| *namespace == self.object.namespace);
        if same.count() > 1 {
            let why = "several objects are called so, of which kustomize builds only one: name only one of their files";
            return Some(self.because(why));
        }
        let is_one_of_several = self.object.namespace.is_empty() && known.len() > 1;
        let why = "an object in a namespace is called so, too, and kustomize would patch both: write its namespace into it";
        is_one_of_several.then(|| self.because(why))
    }
}

/// The objects of an input: namespaces and groups, by kind and name.
#[derive(Debug, Clone, Default)]
pub struct Objects(BTreeMap<(String, String), Vec<(String, String)>>);

impl Objects {
    /// All objects that were read.
    pub fn of(outcome: &Outcome<'_>) -> Self {
        let mut all = Self::default();
        for text in outcome.sources.iter().filter_map(|it| it.text.as_deref()) {
            for document in documents(text) {
                objects(document.root()).for_each(|it| all.add(&it));
            }
        }
        all
    }

    fn add(&mut self, object: &Object<'_>) {
        let key = (object.kind.to_owned(), object.name().to_owned());
        let namespace = object.namespace().unwrap_or_default().to_owned();
        self.0.entry(key).or_default().push((namespace, object.group.to_owned()));
    }
}
