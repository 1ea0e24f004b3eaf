//! Anchors, and aliases by copying what they stand for.

use crate::compose::{Composer, wrong};
use crate::events::Event;
use crate::problem::Fault;
use crate::span::offset;
use crate::tree::{Flags, Id, Node};
use crate::{ProblemKind, Span};

/// A value that aliases can stand for.
pub(super) struct Anchor {
    target: Target,
    /// How many nodes go-yaml decodes for it.
    weight: u64,
    used: bool,
    /// Where the value is written.
    span: Span,
}

enum Target {
    Scalar(Node),
    /// A collection that is not closed yet: an alias to it would hold itself.
    Open(Id),
    Collection(Id),
    /// A collection among the nodes that a merge or a duplicate key removed.
    Lost(Id),
}

impl Anchor {
    pub(super) fn scalar(node: Node) -> Self {
        Self { target: Target::Scalar(node), weight: 1, used: false, span: node.span }
    }

    pub(super) fn collection(id: Id, start: u32) -> Self {
        let span = Span { start, end: start };
        Self { target: Target::Open(id), weight: 0, used: false, span }
    }

    pub(super) fn close(&mut self, weight: u64, end: u32) {
        if let Target::Open(id) = self.target {
            self.target = Target::Collection(id);
            self.weight = weight;
            self.span.end = end;
        }
    }

    /// Follows nodes that were moved by `shift` to the lost ones.
    pub(super) fn lose(&mut self, shift: i64) {
        if let Target::Collection(id) = self.target {
            self.target = Target::Lost(shifted(id, shift));
        }
    }
}

impl Composer<'_> {
    pub(super) fn define(&mut self, name: Span, anchor: Anchor) -> usize {
        let name = name.text(self.text);
        let index = self.anchors.len();
        self.anchors.push(anchor);
        self.names.insert(name, index);
        index
    }

    pub(super) fn alias(&mut self, event: &Event) -> Result<(), Fault> {
        let name = Span { start: event.text.start, end: event.text.end }.text(self.text);
        let index = self.names.get(name).copied();
        let Some(anchor) = index.and_then(|index| self.anchors.get_mut(index)) else {
            let name = name.to_owned();
            return Err(wrong(event, ProblemKind::UnknownAnchor { name }));
        };
        anchor.used = true;
        self.decoded += 1 + anchor.weight;
        self.aliased += anchor.weight;
        if is_excessive(self.decoded, self.aliased) {
            return Err(wrong(event, ProblemKind::ExcessiveAliasing));
        }
        let id = self.tree.end();
        match anchor.target {
            Target::Open(_) => {
                let name = name.to_owned();
                return Err(wrong(event, ProblemKind::RecursiveAlias { name }));
            }
            Target::Scalar(node) => self.tree.nodes.push(Node { next: id + 1, ..node }),
            Target::Collection(from) => copy_within(&mut self.tree.nodes, from),
            Target::Lost(from) => copy(&self.lost, from, &mut self.tree.nodes),
        }
        for node in self.tree.nodes.iter_mut().skip(id as usize) {
            node.flags.set(Flags::SHARED);
        }
        if let Some(root) = self.tree.nodes.get_mut(id as usize) {
            root.flags.set(Flags::ALIAS);
        }
        self.last_end = self.last_end.max(event.end);
        let is_key = self.expects_key();
        self.added(id, is_key)
    }

    /// Marks the originals that aliases stand for, so that nobody edits them unawares.
    pub(super) fn mark_shared(&mut self) {
        let used = self.anchors.iter().filter(|anchor| anchor.used);
        self.tree.aliased = used.map(|anchor| anchor.span).collect();
        for anchor in &self.anchors {
            let Target::Collection(id) = anchor.target else {
                continue;
            };
            let Some(next) = self.tree.node(id).map(|node| node.next).filter(|_| anchor.used)
            else {
                continue;
            };
            let range = id as usize..next as usize;
            for node in self.tree.nodes.get_mut(range).unwrap_or_default() {
                node.flags.set(Flags::SHARED);
            }
        }
    }
}

/// go-yaml's measure: most of a small document may come from aliases, a tenth of a very large one.
pub(super) fn is_excessive(decoded: u64, aliased: u64) -> bool {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    if aliased <= 100 || decoded <= 1000 {
        return false;
    }
    #[expect(clippy::cast_precision_loss, reason = "go-yaml rounds in the same way")]
    let (decoded, aliased) = (decoded as f64, aliased as f64);
    let allowed = if decoded <= LOW {
        0.99
    } else if decoded >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((decoded - LOW) / (HIGH - LOW))
    };
    aliased / decoded > allowed
}

/// Copies the node at `from`, and all it holds, from one arena to the end of another.
pub(super) fn copy(arena: &[Node], from: Id, into: &mut Vec<Node>) {
    let Some(root) = arena.get(from as usize) else {
        return;
    };
    let shift = i64::from(offset(into.len())) - i64::from(from);
    let nodes = arena.get(from as usize..root.next as usize).unwrap_or_default();
    into.extend(nodes.iter().map(|node| Node { next: shifted(node.next, shift), ..*node }));
}

fn copy_within(arena: &mut Vec<Node>, from: Id) {
    let start = arena.len();
    let Some(next) = arena.get(from as usize).map(|root| root.next as usize) else {
        return;
    };
    let shift = i64::from(offset(start)) - i64::from(from);
    if next <= start {
        arena.extend_from_within(from as usize..next);
    }
    for node in arena.iter_mut().skip(start) {
        node.next = shifted(node.next, shift);
    }
}

fn shifted(id: Id, shift: i64) -> Id {
    u32::try_from(i64::from(id) + shift).unwrap_or(u32::MAX)
}
