//! Lists and maps by indentation: what is added to them, and what their values become.

use std::ops::Range;

use serde_json::Value;

use super::source::Source;
use super::target::Held;
use super::{Refusal, flow, scalar};
use crate::tree::{Flags, Id, Node, NodeKind};
use crate::write::{is_block, push_indent, short_list, write_block, write_entry};
use crate::{Span, Style, Writable};

type Out<'o> = &'o mut Vec<(Range<usize>, String, Id)>;

/// Adds entries or items behind the last one.
pub(super) fn add(source: &Source<'_>, id: Id, what: &Value, out: Out<'_>) -> Result<(), Refusal> {
    let node = source.node(id).ok_or(Refusal::Empty)?;
    let start = node.span.start as usize;
    let is_dash = node.kind == NodeKind::List;
    if source.byte(start) == b'?' || is_dash && source.byte(start) != b'-' {
        return Err(Refusal::Unusual);
    }
    let column = source.column(start);
    let mut lines = source.newline.to_owned();
    push_indent(&mut lines, column);
    lines.push_str(&block_lines(source, what, column));
    let end = end_of(source, node);
    out.push((end..end, lines, id));
    Ok(())
}

/// A list or a map by indentation, without the indent of its first line and its last line break.
fn block_lines(source: &Source<'_>, what: &Value, column: usize) -> String {
    let mut lines = String::new();
    write_block(&mut lines, &what.form(), column, source.layout);
    finish(source, &lines)
}

fn finish(source: &Source<'_>, lines: &str) -> String {
    let lines = lines.strip_suffix('\n').unwrap_or(lines);
    if source.newline == "\n" { lines.to_owned() } else { lines.replace('\n', source.newline) }
}

/// The end of the last line of a value, the blank lines that a `|+` at its end keeps included.
pub(super) fn end_of(source: &Source<'_>, node: &Node) -> usize {
    let mut end = source.line_end(node.span.end as usize);
    let last = node.next.checked_sub(1).and_then(|it| source.node(it));
    if last.is_some_and(|it| it.span.end == node.span.end && keeps_blank_lines(source, it)) {
        loop {
            let next = source.line_after(end);
            let next_end = source.line_end(next);
            let is_blank = source.skip_while(next, |byte| byte == b' ') >= next_end;
            // Where the text ends there is no line.
            if next <= end || !is_blank || next >= source.document.span().end as usize {
                return end;
            }
            end = next_end;
        }
    }
    end
}

fn keeps_blank_lines(source: &Source<'_>, node: &Node) -> bool {
    let is_block = matches!(node.style, Style::Literal | Style::Folded);
    let header = node.span.text(source.text).get(1..3).unwrap_or_default();
    is_block && header.bytes().take_while(|byte| !byte.is_ascii_whitespace()).any(|it| it == b'+')
}

/// Inserts items before one that is there, above the comments that belong to that.
pub(super) fn insert(
    source: &Source<'_>,
    id: Id,
    index: usize,
    items: &Value,
    out: Out<'_>,
) -> Result<(), Refusal> {
    let child = source.child(id, index).ok_or(Refusal::NoItem)?;
    let item = source.node(child).ok_or(Refusal::NoItem)?;
    if item.flags.has(Flags::ALIAS) {
        return Err(Refusal::Anchored);
    }
    let dash = source.dash(item.span.start as usize).ok_or(Refusal::Unusual)?;
    let column = source.column(dash);
    let lines = block_lines(source, items, column);
    let mut indent = String::new();
    push_indent(&mut indent, column);
    if !source.lead(dash).trim_matches([' ', '\t']).is_empty() {
        out.push((dash..dash, [&lines, source.newline, &indent].concat(), child));
        return Ok(());
    }
    let mut top = source.line_start(dash);
    while let Some(above) = source.line_above(top) {
        let start = source.line_start(above);
        let text = source.skip_blanks(start);
        if source.comments(&(text..text + 1)).is_empty() || source.column(text) < column {
            out.push((above..above, [source.newline, &indent, &lines].concat(), child));
            return Ok(());
        }
        top = start;
    }
    out.push((top..top, [&indent, &lines, source.newline].concat(), child));
    Ok(())
}

/// Where a value is, and what belongs to it.
pub(super) struct Slot {
    /// Behind the `:` or `-`, and behind an anchor.
    pub(super) start: usize,
    /// The column of the key or the dash.
    pub(super) column: usize,
}

/// Finds where the value of a key, an item or the root begins.
fn slot(source: &Source<'_>, held: &Held, node: &Node) -> Result<Slot, Refusal> {
    let parent = held.parent.and_then(|it| source.node(it));
    let at = match (held.key, parent) {
        (Some(key), Some(_)) => {
            let key = source.node(key).ok_or(Refusal::Unusual)?;
            let colon = source.skip_blanks(key.span.end as usize);
            if source.byte(colon) != b':' {
                return Err(Refusal::Unusual);
            }
            colon + 1
        }
        (None, Some(_)) => source.dash(node.span.start as usize).ok_or(Refusal::Unusual)? + 1,
        _ => node.span.start as usize,
    };
    let column = source.column(parent.map_or(at, |it| it.span.start as usize));
    let mut start = at;
    loop {
        let word = source.skip_blanks(start);
        match source.byte(word) {
            _ if word >= node.span.start as usize && !node.span.is_empty() => break,
            b'!' => return Err(Refusal::Tagged),
            b'&' => {
                start = source.skip_while(word, |it| !matches!(it, b' ' | b'\t' | b'\n' | b'\r'));
            }
            _ => break,
        }
    }
    if !node.span.is_empty() && source.skip(start) != node.span.start as usize {
        let rest = source.byte(source.skip(start));
        return Err(if rest == b'!' { Refusal::Tagged } else { Refusal::Unusual });
    }
    Ok(Slot { start, column })
}

/// Writes another value in place of one. Comments inside of it stay, below the new one.
pub(super) fn replace(
    source: &Source<'_>,
    held: &Held,
    value: &Value,
    out: Out<'_>,
) -> Result<(), Refusal> {
    let node = source.node(held.id).ok_or(Refusal::Empty)?;
    let Slot { start, column } = slot(source, held, node)?;
    let is_text_block = matches!(node.style, Style::Literal | Style::Folded);
    let form = value.form();
    let inner = node.span.range();
    let is_inline = !is_block(&form) || short_list(&form).is_some();
    if is_inline && !is_text_block && node.style != Style::Block && !node.span.is_empty() {
        // Only the bytes of the value change.
        if source.comments(&inner).is_empty() {
            let keeps_brackets = node.style == Style::Flow && node.count() > 0 && is_block(&form);
            let text = match value {
                Value::String(text) => scalar::like(text, node.style),
                _ if keeps_brackets => flow::inline(value, false),
                _ => single_line(value),
            };
            out.push((inner, text, held.id));
            return Ok(());
        }
    }
    let keeps_brackets = node.style == Style::Flow && node.count() > 0;
    let (beginning, body, deeper) = if keeps_brackets && is_block(&form) {
        (format!(" {}", flow::inline(value, false)), String::new(), column)
    } else {
        text_of(source, held, value, start, column)
    };
    let end = source.line_end(inner.end.max(start));
    let comments = source.comments(&(start..end));
    let first_line = source.line_end(start);
    let (beside, inside) = match comments.split_first() {
        Some((first, rest)) if (first.start as usize) < first_line => (Some(first), rest),
        _ => (None, comments),
    };
    let mut lines = body;
    for comment in inside {
        lines.push_str(source.newline);
        push_indent(&mut lines, deeper);
        lines.push_str(comment.text(source.text));
    }
    out_of(source, held, (start, end), (beginning, lines, beside), out);
    Ok(())
}

/// Splices a value that begins on a line and goes on below it, around the comment on that line.
fn out_of(
    source: &Source<'_>,
    held: &Held,
    (start, end): (usize, usize),
    (beginning, lines, beside): (String, String, Option<&Span>),
    out: Out<'_>,
) {
    let is_root = held.parent.is_none();
    let beginning = if is_root { beginning.trim_start_matches(' ').to_owned() } else { beginning };
    let Some(comment) = beside else {
        // The end of the line may be the end of the text, where lines of others come next.
        out.push((start..end, [beginning, lines].concat(), held.id));
        return;
    };
    let comment = comment.range();
    let before = source.trim_blanks(start, comment.start);
    // go-yaml takes no tab behind a dash.
    let is_tab = before > start && source.byte(before) == b'\t';
    if beginning.is_empty() && held.key.is_none() && is_tab {
        out.push((start..comment.start, " ".to_owned(), held.id));
    } else {
        out.push((start..before, beginning, held.id));
    }
    out.push((comment.end..end, lines, held.id));
}

/// What follows a key or a dash: the rest of its line, the lines below with their line breaks, and the column of
/// what is below.
fn text_of(
    source: &Source<'_>,
    held: &Held,
    value: &Value,
    start: usize,
    column: usize,
) -> (String, String, usize) {
    let form = value.form();
    let layout = source.layout;
    let is_lines = is_block(&form) && short_list(&form).is_none();
    let mut text = String::new();
    let mut deeper = column;
    match value {
        _ if is_lines && held.key.is_none() => {
            // An item or the root: on the same line, unless a comment is there.
            deeper = if held.parent.is_some() { column + 2 } else { column };
            if source.comments(&(start..source.line_end(start))).is_empty() {
                text.push(' ');
            } else {
                text.push('\n');
                push_indent(&mut text, deeper);
            }
            write_block(&mut text, &form, deeper, layout);
        }
        _ => {
            if is_lines {
                deeper += if value.is_array() { layout.lists } else { layout.maps };
            }
            write_entry(&mut text, &form, column, layout);
        }
    }
    let text = finish(source, &text);
    let feed = text.find(['\n', '\r']).unwrap_or(text.len());
    let (beginning, body) = text.split_at(feed);
    (beginning.to_owned(), body.to_owned(), deeper)
}

/// A value that fits on its line.
fn single_line(value: &Value) -> String {
    let form = value.form();
    short_list(&form).unwrap_or_else(|| flow::inline(value, false))
}
