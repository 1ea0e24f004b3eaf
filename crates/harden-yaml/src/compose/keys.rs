//! The keys of a map: duplicates, merges, and keys that are no strings.

use std::collections::BTreeMap;

use crate::compose::{Composer, Frame};
use crate::problem::Fault;
use crate::resolve::key_float;
use crate::span::offset;
use crate::tree::{Flags, Id, Node, NodeKind, mark, text_payload};
use crate::{Problem, ProblemKind, Span};

/// Maps with more keys than this look for duplicates by sorting.
const FEW: usize = 24;

/// A key of an open map.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) id: Id,
    pub(super) merge: bool,
}

/// An entry that a map ends up with.
struct Entry {
    key: Id,
    value: Id,
    key_span: Span,
    origin: NodeKind,
    merged: bool,
}

impl Composer<'_> {
    /// Leaves in a closed map what Go would find in it.
    pub(super) fn settle_keys(&mut self, frame: &Frame) -> Result<(), Fault> {
        let mut regular = !frame.merges;
        for index in frame.keys_from..self.keys.len() {
            if let Some(key) = self.keys.get(index).copied().filter(|key| !key.merge) {
                regular &= self.spell(key.id);
            }
        }
        let (marks, all_differ) = self.marks(frame.keys_from);
        if let Some(map) = self.tree.nodes.get_mut(frame.id as usize) {
            map.payload |= marks;
        }
        if !regular || !all_differ && self.has_duplicates(frame.keys_from) {
            self.rebuild(frame)?;
        }
        self.keys.truncate(frame.keys_from);
        Ok(())
    }

    /// Gives a key its JSON spelling; whether it was a string all along.
    fn spell(&mut self, id: Id) -> bool {
        let Some(node) = self.tree.nodes.get_mut(id as usize) else {
            return true;
        };
        let spelling = match node.kind {
            NodeKind::Borrowed | NodeKind::Buffered | NodeKind::List | NodeKind::Map => {
                return true;
            }
            NodeKind::Null => "null".to_owned(),
            NodeKind::Bool => (node.payload != 0).to_string(),
            NodeKind::Int => node.payload.cast_signed().to_string(),
            NodeKind::Uint => node.payload.to_string(),
            NodeKind::Float => key_float(f64::from_bits(node.payload)),
        };
        let buffer = &mut self.events.scanner.buffer;
        let from = offset(buffer.len());
        buffer.push_str(&spelling);
        node.origin = node.kind;
        node.kind = NodeKind::Buffered;
        node.payload = text_payload(from, offset(buffer.len()));
        false
    }

    fn key_text(&self, id: Id) -> &str {
        let Some(node) = self.tree.node(id) else {
            return "";
        };
        self.node_text(node)
    }

    fn node_text(&self, node: &Node) -> &str {
        let buffer = &self.events.scanner.buffer;
        let source = match node.kind {
            NodeKind::Buffered => buffer.as_str(),
            NodeKind::List | NodeKind::Map => return "",
            _ => self.text,
        };
        let range = crate::tree::text_range(node.payload);
        source.get(range).unwrap_or_default()
    }

    /// The marks of the keys of a map, and whether no two keys have one mark.
    fn marks(&self, from: usize) -> (u64, bool) {
        let (mut marks, mut all_differ) = (0, true);
        for key in self.keys.get(from..).unwrap_or_default().iter().filter(|key| !key.merge) {
            let mark = mark(self.key_text(key.id).as_bytes());
            all_differ &= marks & mark == 0;
            marks |= mark;
        }
        (marks, all_differ)
    }

    fn has_duplicates(&self, from: usize) -> bool {
        let keys = self.keys.get(from..).unwrap_or_default();
        if keys.len() > FEW {
            let mut texts: Vec<&str> = keys.iter().map(|key| self.key_text(key.id)).collect();
            texts.sort_unstable();
            return texts.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        }
        let same = |(index, key): (usize, &Key)| {
            let text = self.key_text(key.id);
            let before = keys.get(..index).unwrap_or_default();
            before.iter().any(|earlier| self.key_text(earlier.id) == text)
        };
        keys.iter().enumerate().skip(1).any(same)
    }

    /// Sets the entries again, one by one, in the order in which go-yaml sets them.
    fn rebuild(&mut self, frame: &Frame) -> Result<(), Fault> {
        let mut settled = Settled::default();
        let mut merges = Vec::new();
        let keys = self.keys.get(frame.keys_from..).unwrap_or_default();
        for key in keys {
            let Some(node) = self.tree.node(key.id) else {
                continue;
            };
            let value = node.next;
            if key.merge {
                let written = self.tree.node(value).filter(|it| !it.flags.has(Flags::ALIAS));
                let end = written.map_or(0, |it| it.span.end).max(node.span.end);
                merges.push(Span { start: node.span.start, end });
                self.merge(node.span, value, &mut settled)?;
            } else {
                let entry = Entry {
                    key: key.id,
                    value,
                    key_span: node.span,
                    origin: comparable(node.origin),
                    merged: false,
                };
                settled.set(self.node_text(node), entry, node.span);
            }
        }
        let Settled { entries, problems, .. } = settled;
        self.problems.extend(problems);
        self.tree.merges.extend(merges);

        let first = frame.id + 1;
        let old = self.tree.nodes.split_off(first as usize);
        let count = entries.len() as u64;
        let marks = entries.iter().filter_map(|it| old.get((it.key - first) as usize));
        let marks = marks.fold(0, |marks, it| marks | mark(self.node_text(it).as_bytes()));
        let start = self.tree.nodes.len();
        for entry in &entries {
            for id in [entry.key, entry.value] {
                // Within `old` everything stands `first` lower than its own indexes say.
                copy_from(&old, first, id, &mut self.tree.nodes);
            }
        }
        let next = self.tree.end();
        if let Some(map) = self.tree.nodes.get_mut(frame.id as usize) {
            map.next = next;
            map.payload = count | marks;
        }
        if self.anchors.len() > frame.anchors_from {
            for node in self.tree.nodes.iter_mut().skip(start) {
                node.flags.set(Flags::SHARED);
            }
            let shift = i64::from(offset(self.lost.len())) - i64::from(first);
            for anchor in self.anchors.iter_mut().skip(frame.anchors_from) {
                anchor.lose(shift);
            }
            self.lost.extend(old.iter().map(|node| Node {
                next: u32::try_from(i64::from(node.next) + shift).unwrap_or(u32::MAX),
                ..*node
            }));
        }
        Ok(())
    }

    fn merge<'s>(&'s self, merge: Span, value: Id, settled: &mut Settled<'s>) -> Result<(), Fault> {
        let invalid = || Fault::at(merge, ProblemKind::InvalidMerge);
        let Some(node) = self.tree.node(value) else {
            return Err(invalid());
        };
        let mut sources = Vec::new();
        match node.kind {
            NodeKind::Map => sources.push(value),
            NodeKind::List if !node.flags.has(Flags::ALIAS) => {
                let mut item = value + 1;
                while item < node.next {
                    let Some(found) = self.tree.node(item).filter(|it| it.kind == NodeKind::Map)
                    else {
                        return Err(invalid());
                    };
                    sources.push(item);
                    item = found.next;
                }
            }
            _ => return Err(invalid()),
        }
        // Earlier maps of a list win, so they are set last.
        for source in sources.into_iter().rev() {
            let end = self.tree.node(source).map_or(0, |node| node.next);
            let mut id = source + 1;
            while id < end {
                let Some(key) = self.tree.node(id) else {
                    break;
                };
                let value = key.next;
                let origin = comparable(key.origin);
                let entry = Entry { key: id, value, key_span: key.span, origin, merged: true };
                settled.set(self.node_text(key), entry, merge);
                id = self.tree.node(value).map_or(end, |value| value.next);
            }
        }
        Ok(())
    }
}

/// The entries of a map while they are set.
#[derive(Default)]
struct Settled<'t> {
    names: BTreeMap<&'t str, usize>,
    /// Where each key was first set, told apart as Go tells its map's keys apart.
    seen: BTreeMap<(&'t str, NodeKind), (Span, bool)>,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl<'t> Settled<'t> {
    fn set(&mut self, name: &'t str, entry: Entry, at: Span) {
        // Not-a-number is equal to nothing, itself included.
        let comparable = !(name == ".nan" && entry.origin == NodeKind::Float);
        let same = self.seen.get(&(name, entry.origin)).copied().filter(|_| comparable);
        let known = self.names.get(name).copied();
        let before = known.and_then(|index| self.entries.get_mut(index));
        let key = name.to_owned();
        let kind = match (same, &before) {
            (Some((first, true)), _) => Some(ProblemKind::OverridingMerge { key, first }),
            (Some((first, false)), _) if entry.merged => {
                Some(ProblemKind::OverridingMerge { key, first })
            }
            (Some((first, false)), _) => Some(ProblemKind::DuplicateKey { key, first }),
            (None, Some(before)) => Some(ProblemKind::AmbiguousKey { key, first: before.key_span }),
            (None, None) => None,
        };
        if same.is_none() {
            self.seen.insert((name, entry.origin), (entry.key_span, entry.merged));
        }
        if let Some(kind) = kind {
            self.problems.push(Problem { span: at, kind });
        }
        if let Some(before) = before {
            *before = entry;
        } else {
            self.names.insert(name, self.entries.len());
            self.entries.push(entry);
        }
    }
}

/// Strings are equal wherever they are kept.
fn comparable(origin: NodeKind) -> NodeKind {
    if origin == NodeKind::Buffered { NodeKind::Borrowed } else { origin }
}

/// Copies a node from a part of an arena that began at `first`.
fn copy_from(part: &[Node], first: Id, id: Id, into: &mut Vec<Node>) {
    let from = id - first;
    let Some(root) = part.get(from as usize) else {
        return;
    };
    let end = root.next.saturating_sub(first);
    let shift = i64::from(offset(into.len())) - i64::from(id);
    let nodes = part.get(from as usize..end as usize).unwrap_or_default();
    into.extend(nodes.iter().map(|node| Node {
        next: u32::try_from(i64::from(node.next) + shift).unwrap_or(u32::MAX),
        ..*node
    }));
}
