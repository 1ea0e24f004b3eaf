//! A pattern, read once: its anchors by name, its keys in the order in which they are looked at.

use std::sync::Arc;

use serde_json::Value;

use super::Refusal;
use super::anchor::Anchor;
use super::condition::Conditions;
use super::expansion::{self, Expansions};
use super::printed::Numeric;
use super::scalar::Scalar;

/// How deep a pattern may be nested.
const DEPTH: usize = 128;

/// A value of a pattern.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Map(Arc<Map>),
    List(Arc<[Node]>),
    Scalar(Arc<Scalar>),
}

/// A map of a pattern.
#[derive(Debug)]
pub(crate) struct Map {
    /// Tells it from the others of its pattern.
    pub(crate) id: usize,
    /// What is looked at first, sorted by keys.
    pub(crate) anchors: Vec<Entry>,
    /// What is looked at then: in this order where the map is not fluid, else sorted by keys.
    pub(crate) fields: Vec<Entry>,
    /// The labels and annotations below it whose keys depend on the resource.
    pub(crate) expansions: Expansions,
    /// Whether an anchor is in it, however deep.
    pub(crate) has_anchors: bool,
    /// Whether something in it depends on the resource.
    pub(crate) is_fluid: bool,
    /// How many values are in it, itself included.
    weight: usize,
}

/// A key of a map with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// As it is written.
    pub(crate) key: Arc<str>,
    /// `None` where the key is only a name.
    pub(crate) anchor: Option<Anchor>,
    /// The key that is looked for in the resource.
    pub(crate) name: Arc<str>,
    pub(crate) value: Node,
}

/// Reads a pattern, and refuses what Kyverno refuses.
pub(crate) fn read(pattern: &Value) -> Result<Node, Refusal> {
    Reader::default().read(pattern, 0)
}

/// Reads a condition of a patch, in which `+()` is part of a name.
pub(crate) fn read_condition(pattern: &Value) -> Result<Node, Refusal> {
    Reader { takes_additions: true, ..Reader::default() }.read(pattern, 0)
}

#[derive(Default)]
struct Reader {
    path: Vec<String>,
    maps: usize,
    takes_additions: bool,
}

impl Reader {
    fn read(&mut self, pattern: &Value, depth: usize) -> Result<Node, Refusal> {
        if depth > DEPTH {
            return Err(Refusal::Depth { limit: DEPTH });
        }
        match pattern {
            Value::Object(map) => {
                let mut sorted: Vec<_> = map.iter().collect();
                sorted.sort_unstable_by_key(|(key, _)| *key);
                let entries = sorted.into_iter().map(|(key, value)| {
                    self.path.push(key.clone());
                    self.refuse(key, value)?;
                    let value = self.read(value, depth + 1)?;
                    self.path.pop();
                    Ok(Entry::new(key.as_str().into(), value))
                });
                let entries = entries.collect::<Result<_, _>>()?;
                self.maps += 1;
                Ok(Node::Map(Arc::new(Map::new(self.maps, entries))))
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    self.path.push(index.to_string());
                    let item = self.read(item, depth + 1)?;
                    self.path.pop();
                    Ok(item)
                });
                Ok(Node::List(items.collect::<Result<_, _>>()?))
            }
            Value::Null => Ok(Scalar::Null.into()),
            Value::Bool(is) => Ok(Scalar::Bool(*is).into()),
            Value::Number(number) => Ok(Scalar::Number(Numeric::of(number)).into()),
            Value::String(text) => Ok(Scalar::Text(Conditions::new(text)).into()),
        }
    }

    /// What Kyverno says of a key when a policy is created.
    fn refuse(&self, key: &str, value: &Value) -> Result<(), Refusal> {
        let path = || self.path.join("/");
        match Anchor::parse(key) {
            Some((Anchor::Addition, _)) if self.takes_additions => Ok(()),
            Some((Anchor::Addition, _)) => Err(Refusal::Addition { path: path() }),
            Some((Anchor::Existence, _)) if value.as_array().is_none_or(Vec::is_empty) => {
                Err(Refusal::Existence { path: path() })
            }
            _ => Ok(()),
        }
    }
}

impl From<Scalar> for Node {
    fn from(scalar: Scalar) -> Self {
        Self::Scalar(Arc::new(scalar))
    }
}

impl Entry {
    pub(crate) fn new(key: Arc<str>, value: Node) -> Self {
        // An addition comes here only by the name of a label, and upstream does not know it.
        let anchor = Anchor::parse(&key).filter(|(it, _)| *it != Anchor::Addition);
        let (anchor, name) = match anchor {
            Some((anchor, name)) => (Some(anchor), name.into()),
            None => (None, Arc::clone(&key)),
        };
        Self { key, anchor, name, value }
    }
}

impl Map {
    /// A map of entries that are sorted by keys.
    pub(crate) fn new(id: usize, entries: Vec<Entry>) -> Self {
        let has_anchors = entries.iter().any(|it| it.anchor.is_some() || it.value.has_anchors());
        let expansions = expansion::find(&entries);
        let is_fluid = expansion::is_fluid(&entries);
        let weight = 1 + entries.iter().map(|it| it.value.weight()).sum::<usize>();
        let is_first = |it: &Entry| matches!(it.anchor, Some(it) if it != Anchor::Global);
        let (anchors, mut fields): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_first);
        if !is_fluid {
            fields = in_order(&fields, Node::has_anchors).into_iter().cloned().collect();
        }
        Self { id, anchors, fields, expansions, has_anchors, is_fluid, weight }
    }

    /// The steps that a look at it takes: its entries, and where their order depends on the resource, all
    /// that is in it.
    pub(crate) fn steps(&self) -> usize {
        if self.is_fluid { self.weight } else { 1 + self.anchors.len() + self.fields.len() }
    }

    /// All entries.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.anchors.iter().chain(&self.fields)
    }
}

/// The order in which fields are looked at: those with anchors before all others, the last one first.
pub(crate) fn in_order(fields: &[Entry], has_anchors: impl Fn(&Node) -> bool) -> Vec<&Entry> {
    let is_early = |it: &&Entry| it.anchor == Some(Anchor::Global) || has_anchors(&it.value);
    let (early, late): (Vec<_>, Vec<_>) = fields.iter().partition(is_early);
    early.into_iter().rev().chain(late).collect()
}

impl Node {
    fn has_anchors(&self) -> bool {
        match self {
            Self::Map(map) => map.has_anchors,
            Self::List(items) => items.iter().any(Self::has_anchors),
            Self::Scalar(_) => false,
        }
    }

    pub(crate) fn is_fluid(&self) -> bool {
        match self {
            Self::Map(map) => map.is_fluid,
            Self::List(items) => items.iter().any(Self::is_fluid),
            Self::Scalar(_) => false,
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Map(map) => map.weight,
            Self::List(items) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            Self::Scalar(_) => 1,
        }
    }

    /// Whether it is any text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Scalar(it) if matches!(&**it, Scalar::Text(_)))
    }

    /// Whether it is the text `*`, which asks only that something is there.
    pub(crate) fn is_star(&self) -> bool {
        matches!(self, Self::Scalar(it) if matches!(&**it, Scalar::Text(it) if it.text() == "*"))
    }

    /// The type by Go's `%T`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Map(_) => "map[string]interface {}",
            Self::List(_) => "[]interface {}",
            Self::Scalar(it) => it.type_name(),
        }
    }
}
