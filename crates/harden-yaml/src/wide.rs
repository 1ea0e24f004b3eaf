//! Collections with many children, indexed at the first question about one, so that no question passes all of
//! them by.

use std::collections::BTreeMap;

use crate::tree::{Id, Node, NodeKind, Tree};

/// A collection with more children than this is worth an index.
const MANY: u64 = 24;

/// The indexes of a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wide(BTreeMap<Id, Children>);

/// The children of a collection.
#[derive(Debug, Clone)]
pub(crate) struct Children {
    /// Its items, or the keys of its entries, in the order of the text.
    in_order: Vec<Id>,
    /// The keys of its entries, in the order of what they are.
    by_name: Vec<Id>,
}

/// Whether a collection has an index.
#[inline]
pub(crate) fn is_wide(collection: &Node) -> bool {
    collection.count() > MANY && matches!(collection.kind, NodeKind::List | NodeKind::Map)
}

impl Wide {
    /// Finds every collection that is worth it.
    pub(crate) fn of(tree: &Tree, source: &str) -> Self {
        let numbered = (0..).zip(&tree.nodes).filter(|(_, node)| is_wide(node));
        Self(numbered.map(|(id, node)| (id, Children::of(tree, source, id, node))).collect())
    }

    /// The children of a collection that has an index.
    pub(crate) fn children(&self, collection: Id) -> Option<&Children> {
        self.0.get(&collection)
    }
}

impl Children {
    fn of(tree: &Tree, source: &str, id: Id, collection: &Node) -> Self {
        let is_map = collection.kind == NodeKind::Map;
        let (mut in_order, mut child) = (Vec::new(), id + 1);
        while child < collection.next {
            in_order.push(child);
            let value = if is_map { tree.node(child).map(|key| key.next) } else { Some(child) };
            let Some(value) = value.and_then(|it| tree.node(it)) else { break };
            child = value.next;
        }
        let mut by_name = if is_map { in_order.clone() } else { Vec::new() };
        by_name.sort_by_key(|key| name(tree, source, *key));
        Self { in_order, by_name }
    }

    /// The key of this name.
    pub(crate) fn key(&self, tree: &Tree, source: &str, wanted: &str) -> Option<Id> {
        let at = self.by_name.partition_point(|key| name(tree, source, *key) < wanted);
        self.by_name.get(at).copied().filter(|key| name(tree, source, *key) == wanted)
    }

    /// The item of this number, or the key of the entry of this number.
    pub(crate) fn nth(&self, index: usize) -> Option<Id> {
        self.in_order.get(index).copied()
    }

    /// The item that is or holds a node, or the key of the entry that does, and which one it is.
    pub(crate) fn around(&self, inner: Id) -> Option<(usize, Id)> {
        let index = self.in_order.partition_point(|child| *child <= inner).checked_sub(1)?;
        Some((index, *self.in_order.get(index)?))
    }
}

fn name<'t>(tree: &'t Tree, source: &'t str, key: Id) -> &'t str {
    tree.node(key).and_then(|it| tree.text(source, it)).unwrap_or_default()
}
