//! Wildcards in the keys of labels and annotations, which become the keys that a resource has.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map as Object, Value};

use super::anchor::Anchor;
use super::budget::{Budget, Exhausted};
use super::tree::{Entry, Map, Node};
use super::wildcard::{Wildcard, is_wild};

/// The maps of `metadata.labels` and `metadata.annotations` that depend on the resource, by these names.
pub(super) type Expansions = Vec<(&'static str, Arc<Map>)>;

const TAGS: [&str; 2] = ["labels", "annotations"];

/// What is expanded when a map of these entries is looked at.
pub(super) fn find(entries: &[Entry]) -> Expansions {
    let Some(metadata) = map_at(entries.iter(), "metadata") else { return Vec::new() };
    let maps = TAGS.map(|tag| Some((tag, map_at(metadata.entries(), tag)?)));
    maps.into_iter().flatten().filter(|(_, map)| !is_steady(map)).collect()
}

/// Whether the order of these entries depends on the resource: labels or annotations that do are among them,
/// or anywhere below.
pub(super) fn is_fluid(entries: &[Entry]) -> bool {
    let is_tag = |it: &Entry| TAGS.contains(&&*it.name) || TAGS.contains(&&*it.key);
    entries.iter().any(|it| match &it.value {
        Node::Map(map) => map.is_fluid || is_tag(it) && !is_steady(map),
        value => value.is_fluid(),
    })
}

/// The map at a key, whatever its anchor.
fn map_at<'a>(mut entries: impl Iterator<Item = &'a Entry>, key: &str) -> Option<Arc<Map>> {
    match &entries.find(|it| *it.key == *key || *it.name == *key)?.value {
        Node::Map(map) => Some(Arc::clone(map)),
        Node::List(_) | Node::Scalar(_) => None,
    }
}

/// Whether the map stays as it is for every resource.
fn is_steady(map: &Map) -> bool {
    map.entries().all(|it| !is_wild(&it.key) && it.value.is_text())
}

/// The labels or annotations in the metadata of a resource, where it has such a map.
pub(super) fn tags<'a>(
    metadata: &'a Object<String, Value>,
    tag: &str,
) -> Option<&'a Object<String, Value>> {
    let is_named = |key: &str| Anchor::parse(key).is_some_and(|(_, name)| name == tag);
    // Upstream looks at the resource as it looks at the pattern.
    let anchored = || metadata.iter().find(|(key, _)| is_named(key)).map(|(_, value)| value);
    metadata.get(tag).or_else(anchored)?.as_object()
}

/// The map for a resource that has these tags. What asks for no text is dropped, as upstream drops it. Of
/// several keys that a wildcard matches the first counts; upstream takes any.
pub(super) fn expand(
    map: &Map,
    tags: &Object<String, Value>,
    budget: &mut Budget,
) -> Result<Map, Exhausted> {
    let mut expanded = BTreeMap::new();
    budget.spend(map.steps())?;
    for entry in map.entries().filter(|it| it.value.is_text()) {
        let key = if is_wild(&entry.key) {
            let anchor = Anchor::parse(&entry.key);
            let name = anchor.map_or(&*entry.key, |(_, name)| name);
            let name = first(name, tags, budget)?.unwrap_or(name);
            anchor.map_or_else(|| name.to_owned(), |(anchor, _)| anchor.around(name))
        } else {
            entry.key.to_string()
        };
        expanded.insert(key, entry.value.clone());
    }
    let entries = expanded.into_iter().map(|(key, value)| Entry::new(key.into(), value));
    Ok(Map::new(map.id, entries.collect()))
}

/// The first key with a text that a wildcard matches.
fn first<'a>(
    name: &str,
    tags: &'a Object<String, Value>,
    budget: &mut Budget,
) -> Result<Option<&'a str>, Exhausted> {
    budget.spend(name.len() + tags.len())?;
    let wildcard = Wildcard::new(name);
    let mut first: Option<&str> = None;
    for (key, _) in tags.iter().filter(|(_, value)| value.is_string()) {
        if first.is_none_or(|it| key.as_str() < it) && wildcard.matches(key, budget)? {
            first = Some(key);
        }
    }
    Ok(first)
}
