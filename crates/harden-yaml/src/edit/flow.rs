//! Lists and maps in brackets, those of JSON included.

use std::ops::Range;

use serde_json::Value;

use super::json::{self, Manner};
use super::source::Source;
use super::target::Held;
use super::{Refusal, scalar};
use crate::tree::{Flags, Id, Node, NodeKind};
use crate::write::write_string;
use crate::{Style, Syntax};

type Out<'o> = &'o mut Vec<(Range<usize>, String, Id)>;

/// How the entries or items of a collection are laid out.
struct Shape {
    /// The line that they stand on.
    manner: Manner,
    /// Whether strings and keys are in double quotes, as in JSON.
    is_quoted: bool,
}

impl Shape {
    fn of(source: &Source<'_>, node: &Node) -> Self {
        let (open, close) = (node.span.start as usize + 1, (node.span.end as usize).max(1) - 1);
        let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let first = source.skip_while(open, is_space);
        let after_break = |range: Range<usize>| {
            let gap = source.text.get(range).unwrap_or_default();
            gap.rfind(['\n', '\r']).and_then(|at| gap.get(at + 1..))
        };
        let indent = after_break(open..first);
        let outer = after_break(source.trim(close)..close).unwrap_or_default();
        let unit = indent.map(|it| it.strip_prefix(outer).unwrap_or("  ").to_owned());
        let manner = Manner {
            unit,
            indent: indent.unwrap_or_default().to_owned(),
            newline: source.newline,
            blank: if is_tight(source) { "" } else { " " },
        };
        Self { manner, is_quoted: source.is_json() || source.byte(first) == b'"' }
    }

    /// Writes entries or items, with commas between them.
    fn write_inside(&self, text: &mut String, what: &Value) {
        if self.is_quoted {
            return json::write_inside(text, what, &self.manner);
        }
        let parts: Vec<String> = match what {
            Value::Object(entries) => entries
                .iter()
                .map(|(key, value)| {
                    let mut entry = String::new();
                    write_string(&mut entry, key);
                    entry + ": " + &inline(value, false)
                })
                .collect(),
            Value::Array(items) => items.iter().map(|item| inline(item, false)).collect(),
            _ => Vec::new(),
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.manner.separate(text);
            }
            text.push_str(part);
        }
    }
}

/// Whether a JSON document has no blanks behind its colons.
fn is_tight(source: &Source<'_>) -> bool {
    let root = source.node(0).filter(|it| it.kind == NodeKind::Map && it.count() > 0);
    let key = root.and_then(|_| source.node(1)).filter(|_| source.is_json());
    key.is_some_and(|key| {
        let colon = source.skip_blanks(key.span.end as usize);
        source.byte(colon) == b':'
            && !matches!(source.byte(colon + 1), b' ' | b'\t' | b'\n' | b'\r')
    })
}

/// A value on one line.
pub(super) fn inline(value: &Value, is_quoted: bool) -> String {
    let mut text = String::new();
    if is_quoted {
        let manner = Manner { unit: None, indent: String::new(), newline: "\n", blank: " " };
        json::write(&mut text, value, &manner);
        return text;
    }
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|it| inline(it, false)).collect();
            text = format!("[{}]", items.join(", "));
        }
        Value::Object(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write_string(&mut text, key);
                text.push_str(": ");
                text.push_str(&inline(value, false));
            }
            text.push('}');
        }
        Value::String(string) => write_string(&mut text, string),
        other => text = other.to_string(),
    }
    text
}

/// Whether this can be edited by what is between its brackets.
fn check(source: &Source<'_>, node: &Node) -> Result<(), Refusal> {
    let range = node.span.range();
    let brackets = (source.byte(range.start), source.byte_before(range.end));
    if !matches!(brackets, (b'{', b'}') | (b'[', b']')) {
        return Err(Refusal::Unusual);
    }
    if source.comments(&range).is_empty() { Ok(()) } else { Err(Refusal::MultiLineFlow) }
}

/// Adds entries or items behind the last one.
pub(super) fn add(source: &Source<'_>, id: Id, what: &Value, out: Out<'_>) -> Result<(), Refusal> {
    let node = source.node(id).ok_or(Refusal::Empty)?;
    check(source, node)?;
    let mut at = source.trim(node.span.end as usize - 1);
    if source.byte_before(at) == b',' {
        at = source.trim(at - 1);
    }
    let shape = Shape::of(source, node);
    // A value that is left out would take the comma for its own.
    let mut text = if source.byte_before(at) == b':' { " ".to_owned() } else { String::new() };
    shape.manner.separate(&mut text);
    shape.write_inside(&mut text, what);
    out.push((at..at, text, id));
    Ok(())
}

/// Inserts items before one that is there.
pub(super) fn insert(
    source: &Source<'_>,
    id: Id,
    index: usize,
    items: &Value,
    out: Out<'_>,
) -> Result<(), Refusal> {
    let node = source.node(id).ok_or(Refusal::Empty)?;
    check(source, node)?;
    let child = source.child(id, index).ok_or(Refusal::NoItem)?;
    let item = source.node(child).ok_or(Refusal::NoItem)?;
    if item.flags.has(Flags::ALIAS) {
        return Err(Refusal::Anchored);
    }
    let at = item.span.start as usize;
    is_first_or_next(source, at)?;
    let shape = Shape::of(source, node);
    let mut text = String::new();
    shape.write_inside(&mut text, items);
    shape.manner.separate(&mut text);
    out.push((at..at, text, child));
    Ok(())
}

fn is_first_or_next(source: &Source<'_>, at: usize) -> Result<(), Refusal> {
    let before = source.byte_before(source.trim(at));
    if matches!(before, b'{' | b'[' | b',') { Ok(()) } else { Err(Refusal::Unusual) }
}

/// Writes another value in place of one.
pub(super) fn replace(
    source: &Source<'_>,
    held: &Held,
    value: &Value,
    out: Out<'_>,
) -> Result<(), Refusal> {
    let node = source.node(held.id).ok_or(Refusal::Empty)?;
    let range = node.span.range();
    if !source.comments(&range).is_empty() {
        return Err(Refusal::MultiLineFlow);
    }
    let parent = held.parent.and_then(|it| source.node(it));
    let shape = Shape::of(source, parent.unwrap_or(node));
    let mut text = String::new();
    match value {
        Value::String(string) if !shape.is_quoted => {
            text = scalar::like(string, node.style);
        }
        _ if shape.is_quoted => {
            let mut manner = shape.manner;
            if parent.is_none() {
                manner.indent.clear();
            }
            json::write(&mut text, value, &manner);
        }
        _ => text = inline(value, false),
    }
    if is_tagged(source, range.start) {
        return Err(Refusal::Tagged);
    }
    if range.is_empty() && source.document.syntax() == Syntax::Yaml {
        let before = source.trim_blanks(0, range.start);
        if source.byte_before(before) != b':' {
            return Err(Refusal::Unusual);
        }
        out.push((before..range.start, format!(" {text}"), held.id));
        return Ok(());
    }
    out.push((range, text, held.id));
    Ok(())
}

/// Whether a tag stands before a value.
fn is_tagged(source: &Source<'_>, at: usize) -> bool {
    let end = source.trim(at);
    let line = source.text.get(source.line_start(end)..end).unwrap_or_default();
    let word = line
        .rfind([' ', '\t', ',', '[', '{'])
        .map_or(line, |it| line.get(it + 1..).unwrap_or_default());
    word.starts_with('!') || word.starts_with('&') && line.contains('!')
}

/// An entry or item to remove.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What to remove for entries or items, sorted, of which some stay; each with how many of them it is for.
pub(super) fn remove(
    source: &Source<'_>,
    id: Id,
    parts: &[Part],
) -> Result<Vec<(Range<usize>, usize)>, Refusal> {
    let node = source.node(id).ok_or(Refusal::Empty)?;
    check(source, node)?;
    let close = node.span.end as usize - 1;
    let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let (mut runs, mut run) = (Vec::new(), None);
    for (index, part) in parts.iter().enumerate() {
        is_first_or_next(source, part.start)?;
        let (start, count) = run.map_or((part.start, 1), |(start, count)| (start, count + 1));
        run = Some((start, count));
        let comma = source.skip_while(part.end, is_space);
        let next = match source.byte(comma) {
            b',' => source.skip_while(comma + 1, is_space),
            _ => comma,
        };
        if next >= close {
            let comma = source.trim(start);
            if source.byte_before(comma) != b',' {
                return Err(Refusal::Unusual);
            }
            runs.push((comma - 1..part.end, count));
            return Ok(runs);
        }
        if source.byte(comma) != b',' {
            return Err(Refusal::Unusual);
        }
        if parts.get(index + 1).is_none_or(|it| it.start != next) {
            runs.push((start..next, count));
            run = None;
        }
    }
    Ok(runs)
}

/// Whether a collection is written in brackets.
pub(super) fn is_flow(source: &Source<'_>, held: &Held) -> bool {
    held.in_flow || source.node(held.id).is_some_and(|it| it.style == Style::Flow)
}
