//! The arena that documents are kept in.
//!
//! Nodes stand in the order of the text, each followed by all that it holds, so the next sibling of
//! a node is the node past its end. Aliases and merges are expanded, and duplicate keys are gone.

use std::sync::OnceLock;

use crate::wide::{Children, Wide, is_wide};
use crate::{Span, Style};

/// The index of a node.
pub(crate) type Id = u32;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeKind {
    Null,
    Bool,
    Int,
    Uint,
    Float,
    /// The payload is a range of the source.
    Borrowed,
    /// The payload is a range of the buffer.
    Buffered,
    List,
    Map,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) span: Span,
    /// The first node after this one and all it holds.
    pub(crate) next: Id,
    pub(crate) kind: NodeKind,
    pub(crate) style: Style,
    /// What a key was before it became a string.
    pub(crate) origin: NodeKind,
    pub(crate) flags: Flags,
    /// A truth value, a number's bits, a text range, or how many items or entries there are, for a map with the
    /// marks of its keys above.
    pub(crate) payload: u64,
}

impl Node {
    /// How many items or entries a collection has.
    #[inline]
    pub(crate) fn count(&self) -> u64 {
        self.payload & COUNT
    }

    /// Whether a map may have a key; false only where it has not.
    #[inline]
    pub(crate) fn may_have(&self, key: &str) -> bool {
        self.payload & mark(key.as_bytes()) != 0
    }
}

/// The bits of a payload that count. No text has room for more entries.
const COUNT: u64 = 0xFFFF_FFFF;

/// One of the bits above those that count, by which most keys that a map does not have are told from those that
/// it has.
#[inline]
pub(crate) fn mark(key: &[u8]) -> u64 {
    let (first, last) = (key.first().copied(), key.last().copied());
    let ends = usize::from(first.unwrap_or_default()) + 5 * usize::from(last.unwrap_or_default());
    1 << (32 + (ends + 11 * key.len()) % 32)
}

/// What is special about a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    /// Carries an anchor, or comes from one: changing it changes other places.
    pub(crate) const SHARED: Self = Self(1);
    /// The root of what an alias stands for.
    pub(crate) const ALIAS: Self = Self(2);

    pub(crate) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(crate) fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }
}

/// A document's nodes and the text that escapes and folds made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) buffer: String,
    pub(crate) wide: OnceLock<Wide>,
    /// What aliases stand for, where it is written; in no order.
    pub(crate) aliased: Vec<Span>,
    /// Every `<<` with its value, but for aliases.
    pub(crate) merges: Vec<Span>,
}

impl Tree {
    #[inline]
    pub(crate) fn node(&self, id: Id) -> Option<&Node> {
        crate::steps::count();
        self.nodes.get(id as usize)
    }

    /// The string at `id`, if it is one.
    #[inline]
    pub(crate) fn text<'t>(&'t self, source: &'t str, node: &Node) -> Option<&'t str> {
        let from = match node.kind {
            NodeKind::Borrowed => source,
            NodeKind::Buffered => self.buffer.as_str(),
            _ => return None,
        };
        from.get(text_range(node.payload))
    }

    /// Whether a node is this string.
    #[inline]
    pub(crate) fn is_text(&self, source: &str, node: &Node, wanted: &str) -> bool {
        let range = text_range(node.payload);
        // Most texts differ in their lengths, which takes no look at them.
        if range.end.wrapping_sub(range.start) != wanted.len() {
            return false;
        }
        let from = match node.kind {
            NodeKind::Borrowed => source,
            NodeKind::Buffered => self.buffer.as_str(),
            _ => return false,
        };
        from.as_bytes().get(range) == Some(wanted.as_bytes())
    }

    /// The index of a collection's children, where it has so many that it is worth one; only once the tree is
    /// whole.
    #[inline]
    pub(crate) fn children(&self, source: &str, id: Id) -> Option<&Children> {
        let is_wide = self.node(id).is_some_and(is_wide);
        is_wide.then(|| self.wide.get_or_init(|| Wide::of(self, source)).children(id))?
    }

    /// The next free index.
    pub(crate) fn end(&self) -> Id {
        crate::span::offset(self.nodes.len())
    }
}

/// A range of text as a payload.
pub(crate) fn text_payload(start: u32, end: u32) -> u64 {
    (u64::from(end) << 32) | u64::from(start)
}

#[inline]
pub(crate) fn text_range(payload: u64) -> std::ops::Range<usize> {
    let [start, end] = [payload & 0xFFFF_FFFF, payload >> 32];
    let index = |half: u64| usize::try_from(half).unwrap_or(usize::MAX);
    index(start)..index(end)
}
