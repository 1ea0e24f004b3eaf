//! The text of a document as edits need it: its lines, its comments, and what stands between its values.

use std::ops::Range;

use crate::tree::{Id, Node, NodeKind};
use crate::write::Layout;
use crate::{Document, Span, Style, Syntax};

/// A document, and what was found out about its text.
pub(super) struct Source<'d> {
    pub(super) document: &'d Document<'d>,
    /// The whole text, which positions are of.
    pub(super) text: &'d str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// Where values are that aliases stand for: the outermost, in the order of the text.
    aliased: Vec<Span>,
    /// The same for what `<<` is followed by.
    merges: Vec<Span>,
    /// What ends a line.
    pub(super) newline: &'static str,
    /// How blocks are indented.
    pub(super) layout: Layout,
}

impl<'d> Source<'d> {
    pub(super) fn of(document: &'d Document<'d>) -> Self {
        let (text, range) = (document.text(), document.span().range());
        let part = text.get(range.clone()).unwrap_or_default();
        let start = if part.starts_with('\u{feff}') { range.start + 3 } else { range.start };
        let mut lines = vec![start];
        let bytes = part.as_bytes();
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let is_half = bytes.get(at..at + 2) == Some(b"\r\n");
            if !is_half {
                lines.push(range.start + at + 1);
            }
        }
        let first = memchr::memchr2(b'\n', b'\r', bytes).and_then(|at| bytes.get(at..));
        let newline = match first {
            Some([b'\r', b'\n', ..]) => "\r\n",
            Some([b'\r', ..]) => "\r",
            None if text.contains("\r\n") => "\r\n",
            _ => "\n",
        };
        let mut source = Self {
            document,
            text,
            lines,
            aliased: outermost(&document.tree.aliased),
            merges: outermost(&document.tree.merges),
            newline,
            layout: Layout::default(),
        };
        source.layout = source.find_layout();
        source
    }

    pub(super) fn node(&self, id: Id) -> Option<&'d Node> {
        self.document.tree.node(id)
    }

    pub(super) fn is_json(&self) -> bool {
        self.document.syntax() == Syntax::Json
    }

    /// Whether an alias stands for this, or for something around it.
    pub(super) fn is_aliased(&self, span: Span) -> bool {
        is_within(&self.aliased, span)
    }

    /// Whether a merge brings this.
    pub(super) fn is_merged(&self, span: Span) -> bool {
        is_within(&self.merges, span)
    }

    /// Whether something is in this range that an alias stands for.
    pub(super) fn has_aliased(&self, range: &Range<usize>) -> bool {
        let first = self.aliased.partition_point(|it| (it.end as usize) < range.start);
        self.aliased.get(first).is_some_and(|it| (it.start as usize) < range.end)
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(super) fn byte_before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |before| self.byte(before))
    }

    /// The number of the line that a position is on.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at).saturating_sub(1)
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.lines.get(self.line(at)).copied().unwrap_or_default()
    }

    /// Where the line ends that a position is on, without its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        match self.lines.get(self.line(at) + 1) {
            Some(&next) => self.before_break(next),
            None => self.document.span().end as usize,
        }
    }

    /// Where the line above ends; none above the first line.
    pub(super) fn line_above(&self, at: usize) -> Option<usize> {
        let line = self.line(at);
        (line > 0).then(|| self.lines.get(line).map(|start| self.before_break(*start)))?
    }

    /// Where the next line begins, or the document ends.
    pub(super) fn line_after(&self, at: usize) -> usize {
        let end = self.document.span().end as usize;
        self.lines.get(self.line(at) + 1).copied().unwrap_or(end)
    }

    fn before_break(&self, next: usize) -> usize {
        let feed = next.saturating_sub(1);
        let is_pair = self.byte(feed) == b'\n' && self.byte_before(feed) == b'\r';
        if is_pair { feed - 1 } else { feed }
    }

    /// Characters from the start of the line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text.get(self.line_start(at)..at).map_or(0, |before| before.chars().count())
    }

    /// What stands before a position on its line.
    pub(super) fn lead(&self, at: usize) -> &'d str {
        self.text.get(self.line_start(at)..at).unwrap_or_default()
    }

    /// The comments that begin in a range.
    pub(super) fn comments(&self, range: &Range<usize>) -> &'d [Span] {
        let all = self.document.comment_spans();
        let first = all.partition_point(|it| (it.start as usize) < range.start);
        let end = all.partition_point(|it| (it.start as usize) < range.end);
        all.get(first..end).unwrap_or_default()
    }

    /// The first byte from a position on that is no blank.
    pub(super) fn skip_blanks(&self, at: usize) -> usize {
        self.skip_while(at, |byte| matches!(byte, b' ' | b'\t'))
    }

    /// The first byte from a position on that is no blank and no line break, and in no comment.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        loop {
            at = self.skip_while(at, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            let comment = self.comments(&(at..at + 1));
            match comment.first() {
                Some(comment) => at = comment.end as usize,
                None => return at,
            }
        }
    }

    pub(super) fn skip_while(&self, at: usize, passes: impl Fn(u8) -> bool) -> usize {
        let end = self.document.span().end as usize;
        let bytes = self.text.as_bytes().get(at..end).unwrap_or_default();
        at + bytes.iter().position(|byte| !passes(*byte)).unwrap_or(bytes.len())
    }

    /// One past the last byte before a position, and not before `from`, that is no blank.
    pub(super) fn trim_blanks(&self, from: usize, at: usize) -> usize {
        let before = self.text.get(from..at).unwrap_or_default();
        from + before.trim_end_matches([' ', '\t']).len()
    }

    /// One past the last byte before a position that is no blank and no line break.
    pub(super) fn trim(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        before.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1)
    }

    /// The dash of the item of a block list that begins here.
    pub(super) fn dash(&self, mut at: usize) -> Option<usize> {
        let first = self.document.span().start as usize;
        while at > first {
            at = self.trim(at);
            let comments = self.document.comment_spans();
            let comment = comments.partition_point(|it| (it.end as usize) < at);
            if let Some(comment) = comments.get(comment).filter(|it| it.end as usize == at) {
                at = comment.start as usize;
                continue;
            }
            let word = self.text.get(first..at)?;
            let start = word.rfind([' ', '\t', '\n', '\r']).map_or(first, |it| first + it + 1);
            match self.text.get(start..at)? {
                "-" => return Some(start),
                word if word.starts_with(['&', '!']) => at = start,
                _ => return None,
            }
        }
        None
    }

    /// The child of a collection by its number: an item, or the key of an entry.
    pub(super) fn child(&self, collection: Id, index: usize) -> Option<Id> {
        let tree = &self.document.tree;
        if let Some(children) = tree.children(self.text, collection) {
            return children.nth(index);
        }
        let node = tree.node(collection)?;
        let (mut child, mut left) = (collection + 1, index);
        while child < node.next {
            if left == 0 {
                return Some(child);
            }
            left -= 1;
            let here = tree.node(child)?;
            child = if node.kind == NodeKind::Map { tree.node(here.next)?.next } else { here.next };
        }
        None
    }

    /// The key of a map, and its value.
    pub(super) fn entry(&self, map: Id, wanted: &str) -> Option<(Id, Id)> {
        let tree = &self.document.tree;
        let node = tree.node(map)?;
        if !node.may_have(wanted) {
            return None;
        }
        if let Some(children) = tree.children(self.text, map) {
            let key = children.key(tree, self.text, wanted)?;
            return Some((key, tree.node(key)?.next));
        }
        let mut key = map + 1;
        while key < node.next {
            let here = tree.node(key)?;
            if tree.is_text(self.text, here, wanted) {
                return Some((key, here.next));
            }
            key = tree.node(here.next)?.next;
        }
        None
    }

    /// How the document indents what is below a key, as its first examples show it.
    fn find_layout(&self) -> Layout {
        let (mut maps, mut lists) = (None, None);
        for (id, node) in (0..).zip(&self.document.tree.nodes) {
            if maps.is_some() && lists.is_some() {
                break;
            }
            if node.kind != NodeKind::Map || node.style != Style::Block {
                continue;
            }
            let column = self.column(node.span.start as usize);
            let mut key: Id = id + 1;
            while let Some(value) = self.node(key).filter(|_| key < node.next) {
                let Some(below) = self.node(value.next) else { break };
                let deeper = self.column(below.span.start as usize).checked_sub(column);
                let is_inside = below.span.start > node.span.start && below.style == Style::Block;
                match below.kind {
                    NodeKind::Map if is_inside && maps.is_none() => {
                        maps = deeper.filter(|it| (1..=8).contains(it));
                    }
                    NodeKind::List if is_inside && lists.is_none() => {
                        lists = deeper.filter(|it| *it <= 8);
                    }
                    _ => {}
                }
                key = below.next;
            }
        }
        let usual = Layout::default();
        Layout {
            maps: maps.unwrap_or(usual.maps),
            lists: lists.unwrap_or(usual.lists),
            keeps: false,
        }
    }
}

/// Those spans that lie in no other, sorted.
fn outermost(spans: &[Span]) -> Vec<Span> {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
    let mut kept: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        if kept.last().is_none_or(|last| span.end > last.end || last.is_empty()) {
            kept.push(span);
        }
    }
    kept
}

fn is_within(spans: &[Span], span: Span) -> bool {
    let after = spans.partition_point(|it| it.start <= span.start);
    let around = after.checked_sub(1).and_then(|index| spans.get(index));
    around.is_some_and(|it| span.end <= it.end)
}
