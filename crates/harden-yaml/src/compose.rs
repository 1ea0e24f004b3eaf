//! Events to a tree, deciding aliases, merges and duplicate keys as go-yaml v2 does.

mod alias;
mod direct;
mod keys;

use std::collections::BTreeMap;

use crate::compose::alias::Anchor;
use crate::compose::keys::Key;
use crate::events::{Event, EventKind, Events, Properties};
use crate::problem::Fault;
use crate::resolve::{Resolved, Tag, decode_base64, resolve};
use crate::scanner::Ending;
use crate::span::offset;
use crate::tree::{Flags, Id, Node, NodeKind, Tree, text_payload};
use crate::{Problem, ProblemKind, Span, Style};

/// What became of a text.
pub(crate) struct Composed {
    pub(crate) tree: Tree,
    pub(crate) comments: Vec<Span>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads the first document in the part of `text` that `span` covers.
pub(crate) fn compose(text: &str, span: Span, ending: Ending) -> Composed {
    let mut composer = Composer::new(text, span, ending);
    let is_read = composer.read_directly(span).is_some();
    if is_read {
        return composed(composer, Ok(()));
    }
    compose_by_events(text, span, ending)
}

/// The same by way of tokens and events, however it is written.
fn compose_by_events(text: &str, span: Span, ending: Ending) -> Composed {
    let mut composer = Composer::new(text, span, ending);
    let outcome = composer.run();
    composed(composer, outcome)
}

fn composed(composer: Composer<'_>, outcome: Result<(), Fault>) -> Composed {
    let mut found = Composed {
        tree: composer.tree,
        comments: composer.events.scanner.comments,
        problems: composer.problems,
    };
    match outcome {
        Ok(()) => found.tree.buffer = composer.events.scanner.buffer,
        Err(fault) => {
            found.tree = Tree::default();
            found.problems.push(fault.into_problem());
        }
    }
    found.problems.sort_by_key(|problem| problem.span);
    found
}

/// Builds a tree, node by node in the order of the text.
pub(crate) struct Composer<'a> {
    text: &'a str,
    events: Events<'a>,
    tree: Tree,
    problems: Vec<Problem>,
    frames: Vec<Frame>,
    /// The keys of all open maps, innermost last.
    keys: Vec<Key>,
    anchors: Vec<Anchor>,
    names: BTreeMap<&'a str, usize>,
    /// Nodes that a merge or a duplicate key removed, and that an alias may still want.
    lost: Vec<Node>,
    /// What go-yaml counts to stop aliases that blow up: decoded nodes, and those by way of an alias.
    decoded: u64,
    aliased: u64,
    /// Whether a value or a key may have no JSON form.
    suspicious: bool,
    last_end: u32,
}

/// A list or a map that is still open.
struct Frame {
    id: Id,
    map: bool,
    /// A map waits for the value of its last key.
    keyed: bool,
    /// That key is `<<`.
    merging: bool,
    merges: bool,
    children: u64,
    keys_from: usize,
    anchors_from: usize,
    anchor: Option<usize>,
    decoded_before: u64,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(text: &'a str, span: Span, ending: Ending) -> Self {
        Self {
            text,
            events: Events::new(text, span, ending),
            tree: Tree {
                nodes: Vec::with_capacity(span.range().len() / 14 + 4),
                ..Tree::default()
            },
            problems: Vec::new(),
            frames: Vec::with_capacity(32),
            keys: Vec::with_capacity(64),
            anchors: Vec::new(),
            names: BTreeMap::new(),
            lost: Vec::new(),
            decoded: 1,
            aliased: 0,
            suspicious: false,
            last_end: span.start,
        }
    }

    fn run(&mut self) -> Result<(), Fault> {
        loop {
            let event = self.events.next()?;
            match event.kind {
                EventKind::Scalar => self.scalar(&event)?,
                EventKind::Alias => self.alias(&event)?,
                EventKind::ListStart => self.open(&event, NodeKind::List),
                EventKind::MapStart => self.open(&event, NodeKind::Map),
                EventKind::ListEnd | EventKind::MapEnd => {
                    if event.end > event.start {
                        self.last_end = self.last_end.max(event.end);
                    }
                    self.close()?;
                }
                EventKind::DocumentEnd => break,
            }
            if self.aliased > 100 && alias::is_excessive(self.decoded, self.aliased) {
                return Err(wrong(&event, ProblemKind::ExcessiveAliasing));
            }
        }
        if let Some(span) = self.events.ignored() {
            self.problems.push(Problem { span, kind: ProblemKind::IgnoredContent });
        }
        self.mark_shared();
        self.find_what_json_cannot_say();
        Ok(())
    }

    fn scalar(&mut self, event: &Event) -> Result<(), Fault> {
        let Event { style, text, properties, .. } = *event;
        let tag = properties.tag;
        let implicit = tag == Tag::NonSpecific || (tag == Tag::None && style == Style::Plain);
        let is_key = self.expects_key();
        if is_key && (implicit || tag == Tag::Merge) && self.events.resolved(text) == "<<" {
            self.merge_key(event);
            return Ok(());
        }
        self.decoded += 1;
        let string = if text.rewritten { NodeKind::Buffered } else { NodeKind::Borrowed };
        let mut payload = text_payload(text.start, text.end);
        let resolved = resolve(self.events.resolved(text), implicit, tag);
        let kind = match resolved {
            Some(Resolved::Str) => string,
            Some(Resolved::Null) => NodeKind::Null,
            Some(Resolved::Bool(value)) => {
                payload = u64::from(value);
                NodeKind::Bool
            }
            Some(Resolved::Int(value)) => {
                payload = value.cast_unsigned();
                NodeKind::Int
            }
            Some(Resolved::Uint(value)) => {
                payload = value;
                NodeKind::Uint
            }
            Some(Resolved::Float(value)) => {
                self.suspicious |= !value.is_finite();
                payload = value.to_bits();
                NodeKind::Float
            }
            Some(Resolved::Binary) => {
                let Some(bytes) = decode_base64(self.events.resolved(text)) else {
                    return Err(wrong(event, ProblemKind::WrongTag { tag: tag.short() }));
                };
                let buffer = &mut self.events.scanner.buffer;
                let from = offset(buffer.len());
                for chunk in bytes.utf8_chunks() {
                    buffer.push_str(chunk.valid());
                    // Go replaces byte by byte.
                    buffer.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
                }
                payload = text_payload(from, offset(buffer.len()));
                NodeKind::Buffered
            }
            None => return Err(wrong(event, ProblemKind::WrongTag { tag: tag.short() })),
        };
        let id = self.tree.end();
        let mut flags = Flags::default();
        if !properties.anchor.is_empty() {
            flags.set(Flags::SHARED);
        }
        let span = Span { start: event.start, end: event.end };
        let node = Node { span, next: id + 1, kind, style, origin: kind, flags, payload };
        if !properties.anchor.is_empty() {
            self.define(properties.anchor, Anchor::scalar(node));
        }
        self.tree.nodes.push(node);
        self.last_end = self.last_end.max(event.end);
        self.added(id, is_key)
    }

    /// Adds a scalar that needs no resolving.
    pub(crate) fn leaf(
        &mut self,
        span: Span,
        kind: NodeKind,
        payload: u64,
        style: Style,
    ) -> Result<(), Fault> {
        let id = self.tree.end();
        let flags = Flags::default();
        self.tree.nodes.push(Node {
            span,
            next: id + 1,
            kind,
            style,
            origin: kind,
            flags,
            payload,
        });
        let is_key = self.expects_key();
        self.added(id, is_key)
    }

    /// Opens a list or a map in brackets.
    pub(crate) fn open_plain(&mut self, start: usize, kind: NodeKind) {
        self.open_at(offset(start), kind, Style::Flow, Properties::default());
    }

    /// Closes the innermost list or map with the bracket that ends at `end`.
    pub(crate) fn close_at(&mut self, end: usize) -> Result<(), Fault> {
        self.last_end = offset(end);
        self.close()
    }

    /// Where escapes are undone.
    pub(crate) fn buffer(&mut self) -> &mut String {
        &mut self.events.scanner.buffer
    }

    /// The tree and what is wrong with it, once everything is closed.
    pub(crate) fn finish(&mut self) -> (Tree, Vec<Problem>) {
        let mut tree = std::mem::take(&mut self.tree);
        tree.buffer = std::mem::take(self.buffer());
        (tree, std::mem::take(&mut self.problems))
    }

    fn open(&mut self, event: &Event, kind: NodeKind) {
        self.open_at(event.start, kind, event.style, event.properties);
    }

    fn open_at(&mut self, start: u32, kind: NodeKind, style: Style, properties: Properties) {
        let id = self.tree.end();
        let merging_list =
            kind == NodeKind::List && self.frames.last().is_some_and(|frame| frame.merging);
        let decoded_before = self.decoded;
        // go-yaml takes a list of merges apart without decoding the list itself.
        if !merging_list {
            self.decoded += 1;
        }
        let mut flags = Flags::default();
        let mut anchor = None;
        if !properties.anchor.is_empty() {
            flags.set(Flags::SHARED);
            anchor = Some(self.define(properties.anchor, Anchor::collection(id, start)));
        }
        let span = Span { start, end: start };
        self.tree.nodes.push(Node {
            span,
            next: id + 1,
            kind,
            style,
            origin: kind,
            flags,
            payload: 0,
        });
        self.last_end = self.last_end.max(start);
        self.frames.push(Frame {
            id,
            map: kind == NodeKind::Map,
            keyed: false,
            merging: false,
            merges: false,
            children: 0,
            keys_from: self.keys.len(),
            anchors_from: self.anchors.len(),
            anchor,
            decoded_before,
        });
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let (next, end) = (self.tree.end(), self.last_end);
        if let Some(node) = self.tree.nodes.get_mut(frame.id as usize) {
            node.next = next;
            node.span.end = end;
            node.payload = frame.children;
        }
        if frame.map {
            self.settle_keys(&frame)?;
        }
        if let Some(anchor) = frame.anchor.and_then(|index| self.anchors.get_mut(index)) {
            anchor.close(self.decoded - frame.decoded_before, end);
        }
        let is_key = self.expects_key();
        self.added(frame.id, is_key)
    }

    fn expects_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.map && !frame.keyed)
    }

    fn merge_key(&mut self, event: &Event) {
        let id = self.tree.end();
        let span = Span { start: event.start, end: event.end };
        self.tree.nodes.push(Node {
            span,
            next: id + 1,
            kind: NodeKind::Null,
            style: Style::Plain,
            origin: NodeKind::Null,
            flags: Flags::default(),
            payload: 0,
        });
        self.last_end = self.last_end.max(event.end);
        self.keys.push(Key { id, merge: true });
        if let Some(frame) = self.frames.last_mut() {
            frame.keyed = true;
            frame.merging = true;
            frame.merges = true;
        }
    }

    /// Accounts for a finished node in the collection that holds it.
    fn added(&mut self, id: Id, is_key: bool) -> Result<(), Fault> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        if !is_key {
            frame.children += 1;
            frame.keyed = false;
            frame.merging = false;
            return Ok(());
        }
        frame.keyed = true;
        frame.merging = false;
        self.keys.push(Key { id, merge: false });
        match self.tree.node(id) {
            Some(node) if matches!(node.kind, NodeKind::List | NodeKind::Map) => {
                Err(Fault::at(node.span, ProblemKind::CollectionAsKey))
            }
            Some(node) => {
                self.suspicious |= matches!(node.kind, NodeKind::Null | NodeKind::Uint);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Only what is still in the tree counts: go-yaml looks after duplicates have been replaced.
    fn find_what_json_cannot_say(&mut self) {
        if !self.suspicious {
            return;
        }
        for node in &self.tree.nodes {
            let kind = match (node.kind, node.origin) {
                (NodeKind::Float, _) if !f64::from_bits(node.payload).is_finite() => {
                    ProblemKind::NotFinite
                }
                (NodeKind::Buffered, NodeKind::Null | NodeKind::Uint) => ProblemKind::KeyNotString,
                _ => continue,
            };
            self.problems.push(Problem { span: node.span, kind });
        }
    }
}

fn wrong(event: &Event, kind: ProblemKind) -> Fault {
    Fault::at(Span { start: event.start, end: event.end }, kind)
}

#[cfg(test)]
mod tests;
