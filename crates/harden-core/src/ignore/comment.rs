//! `# harden: ignore[rule-id] reason` on a line, above it, or above the object.

use harden_yaml::{Comment, Document, Position, Span};

use super::Ignore;
use crate::finding::IgnoredBy;
use crate::object::Object;

const MARK: &str = "harden: ignore[";

/// What a comment is about.
enum Range<'o, 'd> {
    /// Everything in the document.
    Document,
    /// An object.
    Object(&'o Object<'d>),
    /// A line, from 1.
    Line(u32),
}

/// The ignoring comments of a document. One on a line of its own before the first key of the document or of
/// an item of a List is about all of it; on a line of its own elsewhere it is about the next line; behind a
/// value it is about that line. After the first key of an item it is about nothing outside of that item.
pub(super) fn read(
    (source, number): (usize, u32),
    document: &Document<'_>,
    objects: &[Object<'_>],
    position: &dyn Fn(u32) -> Position,
) -> Vec<Ignore> {
    let mut ignores: Vec<Ignore> = Vec::new();
    let mut layout = None;
    for comment in document.comments() {
        let Some((rules, reason)) = parse(comment.text) else { continue };
        let layout = layout.get_or_insert_with(|| Layout::of(document, objects, position));
        let range = layout.range(&comment);
        ignores.push(Ignore {
            source,
            document: number,
            object: if let Range::Object(object) = range { Some(object.reference()) } else { None },
            line: if let Range::Line(line) = range { Some(line) } else { None },
            rules,
            reason,
            by: IgnoredBy::Comment,
        });
    }
    ignores
}

/// Where in a document is what comments can be about.
struct Layout<'o, 'd> {
    position: &'o dyn Fn(u32) -> Position,
    root: Option<Span>,
    /// The object that the document is.
    whole: Option<&'o Object<'d>>,
    /// The objects with their first keys, each behind those of all before it.
    objects: Vec<(Span, &'o Object<'d>)>,
    /// The first and the last of lines in a row that hold comments and nothing else.
    rows: Vec<(u32, u32)>,
    /// Where words begin that are no comment and begin no item.
    words: Vec<u32>,
    /// Where items of lists begin.
    dashes: Vec<u32>,
}

impl<'o, 'd> Layout<'o, 'd> {
    fn of(
        document: &Document<'_>,
        objects: &'o [Object<'d>],
        position: &'o dyn Fn(u32) -> Position,
    ) -> Self {
        let root = document.root().entries().next().and_then(|(_, it)| it.key_span());
        let whole = objects.iter().find(|it| first_key(it) == root);
        let mut in_order: Vec<(Span, &Object<'_>)> = Vec::new();
        for (key, object) in objects.iter().filter_map(|it| Some((first_key(it)?, it))) {
            if in_order.last().is_none_or(|(last, _)| last.start < key.start) {
                in_order.push((key, object));
            }
        }
        let mut rows: Vec<(u32, u32)> = Vec::new();
        for comment in document.comments().filter(|it| it.own_line) {
            let line = position(comment.span.start).line;
            match rows.last_mut() {
                Some((_, last)) if line == *last + 1 => *last = line,
                _ => rows.push((line, line)),
            }
        }
        let (words, dashes) = words(document);
        Self { position, root, whole, objects: in_order, rows, words, dashes }
    }

    fn range(&self, comment: &Comment<'_>) -> Range<'o, 'd> {
        let at = (self.position)(comment.span.start);
        if !comment.own_line {
            return Range::Line(at.line);
        }
        let end = comment.span.end;
        if self.root.is_some_and(|it| end <= it.start) {
            return self.whole.map_or(Range::Document, Range::Object);
        }
        let next = self.objects.partition_point(|(key, _)| key.start < end);
        if let Some((key, next)) = self.objects.get(next)
            && !has_within(&self.words, end, key.start)
        {
            // As deep as the keys of the item above, it is in that item, after all that it holds.
            let starts = has_within(&self.dashes, end, key.start);
            let is_after_all = starts && at.column >= (self.position)(key.start).column;
            return if is_after_all { Range::Line(at.line) } else { Range::Object(next) };
        }
        Range::Line(self.next_line(at.line))
    }

    /// The first line after this one that holds more than a comment: comments in a row are all about what follows
    /// the last of them.
    fn next_line(&self, line: u32) -> u32 {
        let row = self.rows.partition_point(|(_, last)| *last <= line);
        match self.rows.get(row) {
            Some((first, last)) if *first <= line + 1 => last + 1,
            _ => line + 1,
        }
    }
}

fn first_key(object: &Object<'_>) -> Option<Span> {
    object.place.entries().next().and_then(|(_, value)| value.key_span())
}

/// Where words begin on lines that hold more than a comment: those that do not begin an item, and the dashes
/// before items.
fn words(document: &Document<'_>) -> (Vec<u32>, Vec<u32>) {
    let (mut words, mut dashes) = (Vec::new(), Vec::new());
    let part = document.span().text(document.text());
    let offset = |word: &str| {
        let start = word.as_ptr().addr().wrapping_sub(document.text().as_ptr().addr());
        Span::new(start, start).start
    };
    let lines = part.split(['\n', '\r']).filter(|it| !it.trim_start().starts_with('#'));
    for word in lines.flat_map(str::split_whitespace) {
        if word == "-" {
            dashes.push(offset(word));
        } else if !word.starts_with(['-', '{', '[', '"', '\'', '&', '!', '?', ',']) {
            words.push(offset(word));
        }
    }
    (words, dashes)
}

/// Whether one of some offsets in their order is in a range.
fn has_within(offsets: &[u32], start: u32, end: u32) -> bool {
    let first = offsets.partition_point(|it| *it < start);
    offsets.get(first).is_some_and(|it| *it < end)
}

fn parse(text: &str) -> Option<(Vec<String>, String)> {
    let (rules, reason) = text.strip_prefix(MARK)?.split_once(']')?;
    let rules = rules.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    Some((rules.collect(), reason.trim().to_owned()))
}
