//! The objects that fixes change, as they were and as they are mended.

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_yaml::{Kind, Place, documents};
use serde_json::{Map, Value};

use crate::check::Outcome;
use crate::fix::FixedText;
use crate::object::{Object, ObjectReference, PodKind, objects};
use crate::schema;

/// What fixes change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// The objects that are changed, in the order of the input.
    pub changed: Vec<Changed>,
    /// The objects that are added.
    pub added: Vec<Added>,
    /// What is changed and cannot be patched, a sentence each.
    pub refused: Vec<String>,
}

/// An object that is changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// What it is called.
    pub object: Arc<ObjectReference>,
    /// Its source, by its place in the outcome.
    pub source: usize,
    /// The name of its source.
    pub file: Arc<str>,
    /// As it was; keys with null are left out.
    pub before: Value,
    /// As it is mended.
    pub after: Value,
    /// What is known of its kind.
    pub(super) pods: Option<&'static PodKind>,
    /// Whether Kubernetes has its kind in this API version.
    pub(super) is_built_in: bool,
}

/// An object that is added.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// What it is called.
    pub object: Arc<ObjectReference>,
    /// The name of the source whose findings it mends.
    pub file: Arc<str>,
    /// The object.
    pub value: Value,
}

/// The objects that fixes change and add.
pub fn changes(before: &Outcome<'_>, fixed: &[FixedText]) -> Changes {
    let mut changes = Changes::default();
    for fixed in fixed.iter().filter(|it| !it.splices.is_empty()) {
        let Some(record) = before.sources.get(fixed.source) else { continue };
        let text = record.text.as_deref().unwrap_or_default();
        compare(fixed, text, &record.name, &mut changes);
    }
    changes.refuse_namesakes();
    changes
}

fn compare(fixed: &FixedText, text: &str, file: &Arc<str>, changes: &mut Changes) {
    let mut mended = documents(&fixed.text);
    for old in documents(text) {
        let Some(new) = mended.next() else { return };
        if old.span().text(old.text()) == new.span().text(new.text()) {
            continue;
        }
        let mut is_object = false;
        for (old, new) in objects(old.root()).zip(objects(new.root())) {
            is_object = true;
            let values = value(old.place, DEEPEST).zip(value(new.place, DEEPEST));
            let Some((before, after)) = values else {
                let why = "is nested too deeply for a patch: use --write";
                changes.refused.push(format!("{file}: {} {why}", old.reference()));
                continue;
            };
            if before == after {
                continue;
            }
            match refusal(&old) {
                Some(why) => changes.refused.push(format!("{file}: {} {why}", old.reference())),
                None => changes.changed.push(Changed {
                    object: old.reference(),
                    source: fixed.source,
                    file: Arc::clone(file),
                    before,
                    after,
                    pods: old.pod_kind().filter(|it| it.is_judged_on_creation),
                    is_built_in: schema::is_built_in(old.group, old.version, old.kind),
                }),
            }
        }
        if !is_object {
            changes.refused.push(format!(
                "{file}: what changes in it is no object, so no patch can change it: use --write"
            ));
        }
    }
    for new in mended {
        changes.added.extend(objects(new.root()).filter_map(|it| {
            let value = value(it.place, DEEPEST)?;
            Some(Added { object: it.reference(), file: Arc::clone(file), value })
        }));
    }
}

/// Why no patch can change an object.
fn refusal(object: &Object<'_>) -> Option<String> {
    if let Some(program) = object.program() {
        return Some(format!("is a file of {program}, which no API server stores: use --write"));
    }
    if !object.is_complete() {
        let why = "does not say what it is, so no patch can be made for it: use --write";
        return Some(why.to_owned());
    }
    if let Some(prefix) = object.generate_name() {
        return Some(format!(
            "gets its name from the API server, which begins with {prefix}, so no patch can name it: use --write"
        ));
    }
    let why = "has no name, so no patch can name it: use --write";
    object.name().is_empty().then(|| why.to_owned())
}

impl Changes {
    /// Takes out objects that share all that a patch names them by.
    fn refuse_namesakes(&mut self) {
        let mut known: BTreeMap<_, Vec<Arc<str>>> = BTreeMap::new();
        for it in &self.changed {
            known.entry(it.names()).or_default().push(Arc::clone(&it.file));
        }
        known.retain(|_, files| files.len() > 1);
        for files in known.values_mut() {
            files.dedup();
        }
        let refused = known.iter().map(|((_, kind, namespace, name), files)| {
            let of = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
            format!(
                "{}: several objects are called {kind} {of}{name}, so no patch can tell them apart: patch one file after the other, or use --write",
                files.join(", ")
            )
        });
        self.refused.extend(refused);
        self.changed.retain(|it| !known.contains_key(&it.names()));
    }

    /// Whether there is nothing to patch and nothing to add.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty()
    }
}

impl Changed {
    /// What tells it from all other objects of a cluster: group, kind, namespace and name.
    pub(super) fn names(&self) -> (String, String, String, String) {
        let ObjectReference { kind, namespace, name, .. } = &*self.object;
        (self.group().to_owned(), kind.clone(), namespace.clone(), name.clone())
    }

    /// Its API group; empty for the core group.
    pub(super) fn group(&self) -> &str {
        self.object.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether it would be another object afterwards.
    pub(super) fn is_renamed(&self) -> bool {
        ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"]
            .iter()
            .any(|it| self.before.pointer(it) != self.after.pointer(it))
    }

    /// Its file and its name, and what is to be said of it.
    pub(super) fn because(&self, why: &str) -> String {
        format!("{}: {}: {why}", self.file, self.object)
    }

    /// The name of a file for its patch.
    pub fn file_name(&self) -> String {
        file_name(&self.object)
    }

    /// What every patch that is laid over an object begins with.
    pub(super) fn head(&self) -> Map<String, Value> {
        let mut metadata = Map::new();
        metadata.insert("name".to_owned(), self.object.name.clone().into());
        if !self.object.namespace.is_empty() {
            metadata.insert("namespace".to_owned(), self.object.namespace.clone().into());
        }
        let mut head = Map::new();
        head.insert("apiVersion".to_owned(), self.object.api_version.clone().into());
        head.insert("kind".to_owned(), self.object.kind.clone().into());
        head.insert("metadata".to_owned(), metadata.into());
        head
    }
}

impl Added {
    /// The name of a file for it.
    pub fn file_name(&self) -> String {
        file_name(&self.object)
    }
}

/// `deployment-team-a-web.yaml`.
fn file_name(object: &ObjectReference) -> String {
    let kind = object.kind.to_lowercase();
    let parts = [kind.as_str(), &object.namespace, &object.name];
    let parts: Vec<_> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    let safe = |it: char| if it.is_ascii_alphanumeric() || "-._".contains(it) { it } else { '-' };
    let name: String = parts.join("-").chars().map(safe).collect();
    format!("{name}.yaml")
}

/// Deeper than any object of the API is nested.
const DEEPEST: usize = 256;

/// A value as the API server sees it, to which a key with null is as good as none; none where it is nested
/// too deeply.
fn value(place: Place<'_>, left: usize) -> Option<Value> {
    let left = left.checked_sub(1)?;
    match place.kind() {
        Kind::Map => {
            let entries = place.entries().filter(|(_, it)| it.exists());
            let entries = entries.map(|(key, it)| Some((key.to_owned(), value(it, left)?)));
            entries.collect::<Option<_>>().map(Value::Object)
        }
        Kind::List => place.items().map(|it| value(it, left)).collect(),
        _ => Some(scalar(place)),
    }
}

fn scalar(place: Place<'_>) -> Value {
    if let Some(text) = place.as_str() {
        text.into()
    } else if let Some(is) = place.as_bool() {
        is.into()
    } else {
        let number = place.number().and_then(|it| serde_json::from_str(&it).ok());
        number.unwrap_or(Value::Null)
    }
}

#[cfg(test)]
pub(super) fn value_for_test(place: Place<'_>) -> Value {
    value(place, DEEPEST).unwrap_or_default()
}
