//! Somewhere in a document, whether or not anything is there yet.

mod walk;
mod way;

use std::borrow::Cow;
use std::ops::Range;

pub use walk::{Entries, Items};
pub use way::Way;

use crate::comment::{Comment, beside};
use crate::resolve::json_float;
use crate::tree::{Flags, Id, Node, NodeKind};
use crate::wide::is_wide;
use crate::{Document, Span, Style};

/// How many times a place can be asked for something below what exists and still know the way; further
/// steps only count.
const MOST_MISSING: usize = 6;

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing is written here.
    Missing,
    /// An explicit null, which Go takes for nothing.
    Null,
    /// A boolean.
    Bool,
    /// A number that JSON prints without point and exponent.
    Int,
    /// Any other number.
    Float,
    /// A string.
    String,
    /// A list.
    List,
    /// A map.
    Map,
}

/// Somewhere in a document, whether or not anything is there yet.
///
/// It is cheap to copy, and going down allocates nothing.
#[derive(Clone, Copy)]
pub struct Place<'d> {
    document: &'d Document<'d>,
    /// The value here; for a missing place the nearest value above it.
    id: Id,
    /// The key of that value, unless it is the root or an item.
    key: Option<Id>,
    /// The steps beyond that value: keys, or several keys between dots where `dotted` has the bit.
    missing: [&'d str; MOST_MISSING],
    beyond: u8,
    dotted: u8,
}

impl<'d> Place<'d> {
    pub(crate) fn root(document: &'d Document<'d>) -> Self {
        Self { document, id: 0, key: None, missing: [""; MOST_MISSING], beyond: 0, dotted: 0 }
    }

    /// One step down: the value of `key`, which may hold dots; missing where there is no such key.
    #[must_use]
    #[inline]
    pub fn at(&self, key: &'d str) -> Self {
        self.get(key).unwrap_or_else(|| self.further(key, false))
    }

    /// Several steps down: `follow("spec.template")` is `at("spec").at("template")`.
    #[must_use]
    pub fn follow(&self, keys: &'d str) -> Self {
        let (mut place, mut keys) = (*self, keys);
        loop {
            let (key, rest) =
                keys.split_once('.').map_or((keys, None), |(key, it)| (key, Some(it)));
            match (place.get(key), rest) {
                (Some(below), Some(rest)) => (place, keys) = (below, rest),
                (Some(below), None) => return below,
                (None, _) => return place.further(keys, true),
            }
        }
    }

    /// The value of a key made at run time, if the key is written; its value may be null.
    #[inline]
    pub fn get(&self, key: &str) -> Option<Self> {
        let (key, id) = self.find(key)?;
        Some(Self { key: Some(key), id, ..*self })
    }

    /// One step of a [`Pointer`](crate::Pointer) down: to the item whose index the step spells, or to the value of a
    /// key; none where it is not written.
    pub fn step(&self, step: &str) -> Option<Self> {
        if self.is_list() { self.items().nth(step.parse().ok()?) } else { self.get(step) }
    }

    /// The items of a list; none if there is no list here.
    pub fn items(&self) -> Items<'d> {
        Items::new(*self)
    }

    /// The keys and values of a map, in the order of the text; none if there is no map here.
    pub fn entries(&self) -> Entries<'d> {
        Entries::new(*self)
    }

    /// How many items or entries there are; 0 for anything but a list or a map.
    pub fn len(&self) -> usize {
        let collection =
            self.node().filter(|node| matches!(node.kind, NodeKind::List | NodeKind::Map));
        collection.map_or(0, |node| usize::try_from(node.count()).unwrap_or(usize::MAX))
    }

    /// Whether there are no items or entries; true for anything but a list or a map.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is here.
    pub fn kind(&self) -> Kind {
        match self.node() {
            None => Kind::Missing,
            Some(node) => match node.kind {
                NodeKind::Null => Kind::Null,
                NodeKind::Bool => Kind::Bool,
                NodeKind::Int | NodeKind::Uint => Kind::Int,
                NodeKind::Float if integral(f64::from_bits(node.payload)).is_some() => Kind::Int,
                NodeKind::Float => Kind::Float,
                NodeKind::Borrowed | NodeKind::Buffered => Kind::String,
                NodeKind::List => Kind::List,
                NodeKind::Map => Kind::Map,
            },
        }
    }

    /// Whether something other than null is here: to Go, null is nothing.
    pub fn exists(&self) -> bool {
        self.node().is_some_and(|node| node.kind != NodeKind::Null)
    }

    /// Whether a null is written here, be it `key:` or `key: null`.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether a map is here.
    pub fn is_map(&self) -> bool {
        self.kind() == Kind::Map
    }

    /// Whether a list is here.
    pub fn is_list(&self) -> bool {
        self.kind() == Kind::List
    }

    /// The string here; none for anything else, numbers and booleans included.
    pub fn as_str(&self) -> Option<&'d str> {
        self.node().and_then(|node| self.document.tree.text(self.document.text(), node))
    }

    /// The boolean here, `yes`, `on` and `y` included.
    pub fn as_bool(&self) -> Option<bool> {
        self.node().filter(|node| node.kind == NodeKind::Bool).map(|node| node.payload != 0)
    }

    /// The integer here; `1.0` and `1e3` are integers to the API server, too.
    pub fn as_i64(&self) -> Option<i64> {
        let node = self.node()?;
        match node.kind {
            NodeKind::Int => Some(node.payload.cast_signed()),
            NodeKind::Float => integral(f64::from_bits(node.payload)),
            _ => None,
        }
    }

    /// The number here.
    pub fn as_f64(&self) -> Option<f64> {
        let node = self.node()?;
        #[expect(clippy::cast_precision_loss, reason = "a float was asked for")]
        match node.kind {
            NodeKind::Int => Some(node.payload.cast_signed() as f64),
            NodeKind::Uint => Some(node.payload as f64),
            NodeKind::Float => Some(f64::from_bits(node.payload)),
            _ => None,
        }
    }

    /// The number here as JSON prints it.
    pub fn number(&self) -> Option<Cow<'d, str>> {
        let node = self.node()?;
        match node.kind {
            NodeKind::Int => Some(Cow::Owned(node.payload.cast_signed().to_string())),
            NodeKind::Uint => Some(Cow::Owned(node.payload.to_string())),
            NodeKind::Float => Some(Cow::Owned(json_float(f64::from_bits(node.payload)))),
            _ => None,
        }
    }

    /// The text that the value is written as.
    pub fn source(&self) -> &'d str {
        self.span().text(self.document.text())
    }

    /// How the value is written; plain where nothing is.
    pub fn style(&self) -> Style {
        self.node().map_or(Style::Plain, |node| node.style)
    }

    /// Whether the value carries an anchor or comes from an alias or a merge, so that changing its
    /// text changes other places.
    pub fn is_shared(&self) -> bool {
        self.nearest().is_some_and(|node| node.flags.has(Flags::SHARED))
    }

    /// The bytes of the value; where nothing is, the grip.
    pub fn span(&self) -> Span {
        self.node().map_or_else(|| self.grip(), |node| node.span)
    }

    /// A short span to point at: a scalar itself, the key of a list or a map, the `name:` of an item.
    /// For a missing place, that of the nearest place above it.
    pub fn grip(&self) -> Span {
        let Some(node) = self.nearest() else {
            return Span::new(
                self.document.span().start as usize,
                self.document.span().start as usize,
            );
        };
        let scalar = !matches!(node.kind, NodeKind::List | NodeKind::Map);
        if self.beyond == 0 && scalar && !node.span.is_empty() {
            return node.span;
        }
        if let Some(key) = self.key.and_then(|key| self.document.tree.node(key)) {
            return key.span;
        }
        if scalar {
            return node.span;
        }
        self.name_entry(node)
    }

    /// The key that leads here; none for the root and for items.
    pub fn key(&self) -> Option<&'d str> {
        if self.beyond > 0 {
            let is_known = usize::from(self.beyond) <= MOST_MISSING;
            return self.missing_keys().last().filter(|_| is_known);
        }
        let node = self.document.tree.node(self.key?)?;
        self.document.tree.text(self.document.text(), node)
    }

    /// The bytes of that key; none where the place is missing.
    pub fn key_span(&self) -> Option<Span> {
        if self.beyond > 0 {
            return None;
        }
        self.key.and_then(|key| self.document.tree.node(key)).map(|key| key.span)
    }

    /// The comments on the line of the grip, and those directly above it.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'d>> + use<'d> {
        beside(self.document, self.grip())
    }

    /// Whether another place of the document is this one.
    pub fn is_at(&self, other: &Self) -> bool {
        self.id == other.id
            && self.beyond == other.beyond
            && self.missing_keys().eq(other.missing_keys())
    }

    /// An interval of numbers: that of a place in this one lies in it, and that of any other place beside it.
    /// Places where nothing is have that of the nearest place above.
    pub fn extent(&self) -> Range<u32> {
        self.id..self.nearest().map_or(self.id, |it| it.next)
    }

    /// The document that this is a place of.
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// The value that is here.
    #[inline]
    pub(crate) fn node(&self) -> Option<&'d Node> {
        if self.beyond == 0 { self.nearest() } else { None }
    }

    /// The value here or above.
    #[inline]
    fn nearest(&self) -> Option<&'d Node> {
        self.document.tree.node(self.id)
    }

    /// A place below, where nothing is.
    fn further(&self, keys: &'d str, is_dotted: bool) -> Self {
        let mut below = *self;
        if let Some(slot) = below.missing.get_mut(usize::from(self.beyond)) {
            *slot = keys;
            below.dotted |= u8::from(is_dotted) << self.beyond;
        }
        below.beyond = self.beyond.saturating_add(1);
        below
    }

    /// The keys on the way from what exists to here, as far as they are remembered.
    fn missing_keys(&self) -> impl Iterator<Item = &'d str> {
        let dotted = self.dotted;
        let slots = self.missing.into_iter().take(usize::from(self.beyond)).enumerate();
        slots.flat_map(move |(slot, keys)| {
            let is_dotted = dotted >> slot & 1 == 1;
            keys.split(move |character| is_dotted && character == '.')
        })
    }

    /// A key and its value. Most questions are about fields that few objects have, and the mark of a literal is
    /// known while this is compiled, so that those take a few instructions where they are asked.
    #[inline]
    fn find(&self, wanted: &str) -> Option<(Id, Id)> {
        let map = self.node().filter(|node| node.may_have(wanted) && node.kind == NodeKind::Map)?;
        self.search(map, wanted)
    }

    fn search(&self, map: &Node, wanted: &str) -> Option<(Id, Id)> {
        let tree = &self.document.tree;
        let text = self.document.text();
        if is_wide(map) {
            let key = tree.children(text, self.id)?.key(tree, text, wanted)?;
            return Some((key, tree.node(key)?.next));
        }
        let mut key = self.id + 1;
        while key < map.next {
            let node = tree.node(key)?;
            if tree.is_text(text, node, wanted) {
                return Some((key, node.next));
            }
            key = tree.node(node.next)?.next;
        }
        None
    }

    /// The `name:` entry of an item, else its first key, else its first byte.
    fn name_entry(&self, node: &Node) -> Span {
        let tree = &self.document.tree;
        let here = Place { beyond: 0, ..*self };
        if let Some((key, value)) = here.find("name")
            && let (Some(key), Some(value)) = (tree.node(key), tree.node(value))
            && key.span.start <= value.span.end
            && !matches!(value.kind, NodeKind::List | NodeKind::Map)
        {
            return Span { start: key.span.start, end: value.span.end };
        }
        if node.kind == NodeKind::Map
            && node.count() > 0
            && let Some(key) = tree.node(self.id + 1)
        {
            return key.span;
        }
        Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) }
    }
}

impl std::fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("path", &self.path()).field("kind", &self.kind()).finish()
    }
}

/// The value of a float that Go's decoder takes for an integer.
fn integral(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

#[cfg(test)]
mod tests;
