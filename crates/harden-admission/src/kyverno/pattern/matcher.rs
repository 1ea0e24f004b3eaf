//! One resource, matched with one pattern.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map as Object, Value};

use super::Verdict;
use super::anchor::Anchor;
use super::budget::Budget;
use super::mismatch::{Kind, Mismatch, Stop};
use super::scalar::Scalar;
use super::tree::{self, Entry, Map, Node};
use super::{expansion, printed};

type Matched = Result<(), Stop>;

/// What is known while a resource is matched.
#[derive(Default)]
pub(super) struct Matcher {
    /// Where the resource is looked at.
    path: String,
    /// The keys of conditions and of existence that were met, and whether the resource had any of them.
    keys: BTreeMap<Arc<str>, bool>,
    /// Labels and annotations as the resource has made them, by the map of the pattern. Upstream changes the
    /// pattern, so the first element of a list makes them for all.
    expanded: BTreeMap<usize, Arc<Map>>,
    budget: Budget,
}

impl Matcher {
    pub(super) fn judge(mut self, resource: &Value, pattern: &Node) -> Verdict {
        self.path.push('/');
        match self.node(resource, pattern) {
            Ok(()) => Verdict::Pass,
            Err(Stop::Exhausted) => {
                let steps = Budget::STEPS;
                let message = format!("matching the pattern takes more than {steps} steps");
                Verdict::Error { message }
            }
            Err(Stop::Mismatch(it)) if it.skips() => Verdict::Skip { message: it.text },
            Err(Stop::Mismatch(it)) => {
                let has_place = it.is_negation() || self.keys.values().all(|has| *has);
                if has_place && !it.path.is_empty() {
                    Verdict::Fail { path: it.path, message: it.text }
                } else {
                    Verdict::Error { message: it.text }
                }
            }
        }
    }

    fn node(&mut self, resource: &Value, pattern: &Node) -> Matched {
        match (pattern, resource) {
            (Node::Map(pattern), Value::Object(resource)) => {
                let pattern = self.expanded.get(&pattern.id).unwrap_or(pattern);
                let pattern = Arc::clone(pattern);
                self.map(resource, &pattern)
            }
            (Node::List(pattern), Value::Array(items)) => self.list(resource, items, pattern),
            (Node::Scalar(pattern), resource) => self.scalar(resource, pattern),
            (Node::Map(_), _) => {
                let (path, expected) = (&self.path, pattern.type_name());
                let found = printed::type_name(resource);
                Err(self.mismatch(format!(
                    "pattern and resource have different structures. Path: {path}. Expected {expected}, found {found}"
                )))
            }
            (Node::List(_), _) => Err(self.mismatch(format!(
                "validation rule failed at path {}, resource does not satisfy the expected overlay pattern",
                self.path
            ))),
        }
    }

    fn scalar(&mut self, resource: &Value, pattern: &Scalar) -> Matched {
        let values = match resource {
            Value::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            if !pattern.admits(value, &mut self.budget)? {
                let (value, pattern) = (printed::value(resource), pattern.printed());
                self.budget.spend(value.len() + pattern.len())?;
                return Err(self.mismatch(format!(
                    "resource value '{value}' does not match '{pattern}' at path {}",
                    self.path
                )));
            }
        }
        Ok(())
    }

    fn list(&mut self, whole: &Value, resource: &[Value], pattern: &[Node]) -> Matched {
        match pattern.first() {
            None => Err(self.mismatch("pattern Array empty".to_owned())),
            Some(Node::Scalar(pattern)) => self.scalar(whole, pattern),
            Some(pattern @ Node::Map(_)) => {
                self.elements(resource.iter().zip(std::iter::repeat(pattern)))
            }
            Some(Node::List(_)) if resource.len() < pattern.len() => {
                let (ours, theirs) = (pattern.len(), resource.len());
                Err(Mismatch::plain(
                    "",
                    format!(
                        "validate Array failed, array length mismatch, resource Array len is {theirs} and pattern Array len is {ours}"
                    ),
                ))
            }
            Some(Node::List(_)) => self.elements(resource.iter().zip(pattern)),
        }
    }

    /// Elements of a list, each with its pattern. One to which the pattern does not apply is left out,
    /// unless it applies to none.
    fn elements<'a>(&mut self, pairs: impl Iterator<Item = (&'a Value, &'a Node)>) -> Matched {
        let mut skipped = Vec::new();
        let mut applies = false;
        for (index, (resource, pattern)) in pairs.enumerate() {
            match self.within(&index.to_string(), |it| it.node(resource, pattern)) {
                Ok(()) => applies = true,
                Err(Stop::Mismatch(it)) if it.skips() => skipped.push(it),
                Err(stop) => return Err(stop),
            }
        }
        if applies || skipped.is_empty() { Ok(()) } else { self.skip(&skipped) }
    }

    fn map(&mut self, resource: &Object<String, Value>, pattern: &Map) -> Matched {
        self.budget.spend(pattern.steps())?;
        self.note_keys(resource, pattern);
        self.expand(resource, pattern)?;
        let mut skipped: Vec<Mismatch> = Vec::new();
        let mut applies = false;
        let is_alone = |skipped: &[Mismatch]| skipped.iter().all(|it| it.kind == Kind::Skipped);
        for entry in &pattern.anchors {
            match self.entry(resource, entry) {
                Ok(()) => applies = true,
                Err(Stop::Mismatch(it)) if it.skips() => skipped.push(it),
                Err(Stop::Mismatch(it)) if is_alone(&skipped) => return Err(Stop::Mismatch(it)),
                // What is beside a condition that does not hold does not count.
                Err(Stop::Mismatch(_)) => {}
                Err(Stop::Exhausted) => return Err(Stop::Exhausted),
            }
        }
        if !skipped.is_empty() && (!applies || !is_alone(&skipped)) {
            return self.skip(&skipped);
        }
        if pattern.is_fluid {
            let fields = tree::in_order(&pattern.fields, |it| self.has_anchors(it));
            fields.into_iter().try_for_each(|it| self.entry(resource, it))
        } else {
            pattern.fields.iter().try_for_each(|it| self.entry(resource, it))
        }
    }

    /// Remembers which keys of anchors the resource has; once is enough.
    fn note_keys(&mut self, resource: &Object<String, Value>, pattern: &Map) {
        for entry in &pattern.anchors {
            if matches!(entry.anchor, Some(Anchor::Condition | Anchor::Existence)) {
                let has = self.keys.entry(Arc::clone(&entry.key)).or_default();
                *has = *has || resource.contains_key(&*entry.name);
            }
        }
    }

    /// Makes the labels and annotations below a map those of the resource.
    fn expand(&mut self, resource: &Object<String, Value>, pattern: &Map) -> Matched {
        let metadata = resource.get("metadata").and_then(Value::as_object);
        let Some(metadata) = metadata.filter(|_| !pattern.expansions.is_empty()) else {
            return Ok(());
        };
        for (tag, map) in &pattern.expansions {
            self.budget.spend(metadata.len())?;
            let Some(tags) = expansion::tags(metadata, tag) else { continue };
            let map = self.expanded.get(&map.id).unwrap_or(map);
            let expanded = expansion::expand(map, tags, &mut self.budget)?;
            self.expanded.insert(map.id, Arc::new(expanded));
        }
        Ok(())
    }

    /// Whether an anchor is in a part of the pattern as it is now.
    fn has_anchors(&self, pattern: &Node) -> bool {
        match pattern {
            Node::Map(map) => {
                let map = self.expanded.get(&map.id).unwrap_or(map);
                if !map.is_fluid {
                    return map.has_anchors;
                }
                map.entries().any(|it| it.anchor.is_some() || self.has_anchors(&it.value))
            }
            Node::List(items) => items.iter().any(|it| self.has_anchors(it)),
            Node::Scalar(_) => false,
        }
    }

    fn entry(&mut self, resource: &Object<String, Value>, entry: &Entry) -> Matched {
        let Entry { name, value: pattern, .. } = entry;
        let value = resource.get(&**name);
        let Some(anchor) = entry.anchor else {
            let value = value.unwrap_or(&Value::Null);
            if !pattern.is_star() {
                return self.within(name, |it| it.node(value, pattern));
            }
            if value.is_null() {
                return Err(self.mismatch(format!("{}/{name} not found", self.path)));
            }
            return Ok(());
        };
        self.within(name, |it| match (anchor, value) {
            (Anchor::Condition, None) => {
                let reason = "conditional anchor key doesn't exist in the resource";
                Err(Mismatch::condition(it.path.clone(), reason))
            }
            (Anchor::Condition, Some(value)) => it.node(value, pattern).map_err(|stop| {
                stop.becoming(|mismatch| Mismatch::condition(mismatch.path, &mismatch.text))
            }),
            (Anchor::Global, Some(value)) => it.node(value, pattern).map_err(|stop| {
                stop.becoming(|mismatch| Mismatch::global(mismatch.path, &mismatch.text))
            }),
            (Anchor::Negation, Some(_)) => Err(Mismatch::negation(&it.path)),
            (Anchor::Existence, Some(value)) => it.existence(value, pattern),
            (Anchor::Equality | Anchor::Addition, Some(value)) => it.node(value, pattern),
            (_, None) => Ok(()),
        })
    }

    /// Whether each element of the pattern is somewhere in a list.
    fn existence(&mut self, resource: &Value, pattern: &Node) -> Matched {
        let Value::Array(resource) = resource else {
            let found = printed::type_name(resource);
            return Err(self.mismatch(format!(
                "invalid resource type {found}: Existence ^ () anchor can be used only on list/array type resource"
            )));
        };
        let type_name = pattern.type_name();
        let Node::List(pattern) = pattern else {
            return Err(self.mismatch(format!(
                "invalid pattern type {type_name}: Pattern has to be of list to compare against resource"
            )));
        };
        for wanted in pattern.iter() {
            if !matches!(wanted, Node::Map(_)) {
                return Err(self.mismatch(format!(
                    "invalid pattern type {type_name}: Pattern has to be of type map to compare against items in resource"
                )));
            }
            if !self.is_among(resource, wanted)? {
                return Err(self.mismatch(format!(
                    "existence anchor validation failed at path {}",
                    self.path
                )));
            }
        }
        Ok(())
    }

    fn is_among(&mut self, resource: &[Value], wanted: &Node) -> Result<bool, Stop> {
        for (index, element) in resource.iter().enumerate() {
            match self.within(&index.to_string(), |it| it.node(element, wanted)) {
                Ok(()) => return Ok(true),
                Err(Stop::Mismatch(_)) => {}
                Err(Stop::Exhausted) => return Err(Stop::Exhausted),
            }
        }
        Ok(false)
    }

    /// Looks further below a key.
    fn within<T>(&mut self, key: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(key);
        self.path.push('/');
        let result = look(self);
        self.path.truncate(length);
        result
    }

    fn mismatch(&self, text: String) -> Stop {
        Mismatch::plain(&self.path, text)
    }

    fn skip(&mut self, conditions: &[Mismatch]) -> Matched {
        self.budget.spend(conditions.iter().map(|it| it.text.len()).sum())?;
        Err(Mismatch::skipped(&self.path, conditions))
    }
}
