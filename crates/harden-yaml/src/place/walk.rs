//! Iterating over lists and maps.

use std::iter::FusedIterator;

use crate::Place;
use crate::tree::{Id, NodeKind};

/// The items of a list.
#[derive(Debug, Clone)]
pub struct Items<'d> {
    list: Place<'d>,
    next: Id,
    left: usize,
}

/// The keys and values of a map.
#[derive(Debug, Clone)]
pub struct Entries<'d> {
    map: Place<'d>,
    next: Id,
    left: usize,
}

impl<'d> Items<'d> {
    pub(super) fn new(list: Place<'d>) -> Self {
        let left = if list.is_list() { list.len() } else { 0 };
        Self { list, next: list.id + 1, left }
    }
}

impl<'d> Iterator for Items<'d> {
    type Item = Place<'d>;

    fn next(&mut self) -> Option<Place<'d>> {
        self.left = self.left.checked_sub(1)?;
        let item = Place { id: self.next, key: None, ..self.list };
        self.next = item.nearest()?.next;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl FusedIterator for Items<'_> {}

impl<'d> Entries<'d> {
    pub(super) fn new(map: Place<'d>) -> Self {
        let left = if map.is_map() { map.len() } else { 0 };
        Self { map, next: map.id + 1, left }
    }
}

impl<'d> Iterator for Entries<'d> {
    type Item = (&'d str, Place<'d>);

    fn next(&mut self) -> Option<(&'d str, Place<'d>)> {
        self.left = self.left.checked_sub(1)?;
        let tree = &self.map.document.tree;
        let key = tree.node(self.next)?;
        debug_assert!(
            matches!(key.kind, NodeKind::Borrowed | NodeKind::Buffered),
            "keys are strings once a map is closed"
        );
        let value = Place { id: key.next, key: Some(self.next), ..self.map };
        let text = tree.text(self.map.document.text(), key).unwrap_or_default();
        self.next = value.nearest()?.next;
        Some((text, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl FusedIterator for Entries<'_> {}
