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
    for comment in document.comments() {
        let Some((rules, reason)) = parse(comment.text) else { continue };
        let range = range(document, objects, &comment, position);
        ignores.push(Ignore {
            source,
            document: Some(number),
            object: if let Range::Object(object) = range { Some(object.reference()) } else { None },
            line: if let Range::Line(line) = range { Some(line) } else { None },
            container: None,
            rules,
            reason,
            by: IgnoredBy::Comment,
            entry: None,
        });
    }
    ignores
}

fn range<'o, 'd>(
    document: &Document<'_>,
    objects: &'o [Object<'d>],
    comment: &Comment<'_>,
    position: &dyn Fn(u32) -> Position,
) -> Range<'o, 'd> {
    let at = position(comment.span.start);
    if !comment.own_line {
        return Range::Line(at.line);
    }
    let starts_below = |it: &Span| comment.span.end <= it.start;
    let root = document.root().entries().next().and_then(|(_, it)| it.key_span());
    if root.as_ref().is_some_and(starts_below) {
        let is_one = |it: &&Object<'_>| first_key(it) == root;
        return objects.iter().find(is_one).map_or(Range::Document, Range::Object);
    }
    let next = objects.iter().find(|it| first_key(it).as_ref().is_some_and(starts_below));
    if let Some((next, key)) = next.and_then(|it| Some((it, first_key(it)?)))
        && let Some(starts) = between(document, Span { start: comment.span.end, end: key.start })
    {
        // As deep as the keys of the item above, it is in that item, after all that it holds.
        let is_after_all = starts && at.column >= position(key.start).column;
        return if is_after_all { Range::Line(at.line) } else { Range::Object(next) };
    }
    Range::Line(next_line(document, at.line, position))
}

fn first_key(object: &Object<'_>) -> Option<Span> {
    object.place.entries().next().and_then(|(_, value)| value.key_span())
}

/// Whether an item of a list starts here; `None` where more stands here than comments and what begins an item.
fn between(document: &Document<'_>, span: Span) -> Option<bool> {
    let lines = span.text(document.text()).lines().map(str::trim_start);
    let words: Vec<_> =
        lines.filter(|it| !it.starts_with('#')).flat_map(str::split_whitespace).collect();
    let begins = |it: &&str| it.starts_with(['-', '{', '[', '"', '\'', '&', '!', '?', ',']);
    words.iter().all(begins).then(|| words.contains(&"-"))
}

/// The first line after this one that holds more than a comment: comments in a row are all about what follows
/// the last of them.
fn next_line(document: &Document<'_>, line: u32, position: &dyn Fn(u32) -> Position) -> u32 {
    let mut next = line + 1;
    for comment in document.comments().filter(|it| it.own_line) {
        if position(comment.span.start).line == next {
            next += 1;
        }
    }
    next
}

fn parse(text: &str) -> Option<(Vec<String>, String)> {
    let (rules, reason) = text.strip_prefix(MARK)?.split_once(']')?;
    let rules = rules.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    Some((rules.collect(), reason.trim().to_owned()))
}
