//! What splices change in a text, line by line.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use harden_yaml::{Span, Splice, splice};

/// How many lines that stay are shown before and after what changes, as everywhere.
pub const CONTEXT: usize = 3;

const COMES: Style = AnsiColor::Green.on_default();
const GOES: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// Lines of a text that change, with some that stay around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines in the text as it was, counted from 0.
    pub before: Range<usize>,
    /// Its lines in the text as it is mended, counted from 0.
    pub after: Range<usize>,
    /// All its lines, in order.
    pub lines: Vec<Line>,
    /// Whether something secret in them is not shown, so that nobody can apply it.
    pub is_masked: bool,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub sign: Sign,
    /// Its text without its line feed.
    pub text: String,
    /// Whether it ends in a line feed, which only the last of a text may not.
    pub is_ended: bool,
}

impl Hunk {
    /// Its lines with their numbers, counted from 1: those that come have them in the text as it is mended, all
    /// others in the text as it was.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        let (mut before, mut after) = (self.before.start, self.after.start);
        self.lines.iter().map(move |line| {
            before += usize::from(line.sign != Sign::Comes);
            after += usize::from(line.sign != Sign::Goes);
            (if line.sign == Sign::Comes { after } else { before }, line)
        })
    }
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It stays as it is.
    Stays,
    /// It goes, or becomes another.
    Goes,
    /// It comes.
    Comes,
}

/// Lines that are replaced together.
struct Block {
    /// Lines as they were, counted from 0.
    before: Range<usize>,
    goes: Vec<Line>,
    comes: Vec<Line>,
    is_masked: bool,
}

/// What stands for a secret.
const MASK: &str = "•••";

/// What splices change, with so many lines around that stay. `secret` are bytes that may be secret, in order
/// and without overlap: lines that hold them are shown only where they change, with a mask for what is secret.
pub fn hunks(text: &str, splices: &[Splice], secret: &[Span], context: usize) -> Vec<Hunk> {
    let starts = starts(text);
    let hidden = |bytes: Range<usize>| !among(secret, &bytes).is_empty();
    let blocks = blocks(text, &starts, splices, secret);
    let mut hunks: Vec<Hunk> = Vec::new();
    // How many lines more there are after what was shown than before it.
    let mut shift = 0_isize;
    for (place, block) in blocks.iter().enumerate() {
        let line = |number: usize| line(text, &starts, number, Sign::Stays);
        let is_open = |number: &usize| !hidden(bytes(text, &starts, *number));
        let lead = (0..block.before.start).rev().take(context).take_while(is_open).count();
        let next = blocks.get(place + 1).map_or(starts.len(), |it| it.before.start);
        let trail = (block.before.end..next).take(context).take_while(is_open).count();
        let from = block.before.start - lead;
        let trailing = block.before.end..block.before.end + trail;
        let grown = block.comes.len().cast_signed() - block.before.len().cast_signed();
        let last = hunks.last_mut().filter(|it| from <= it.before.end);
        let hunk = if let Some(last) = last {
            last.lines.extend((last.before.end..block.before.start).map(line));
            last
        } else {
            let start = from.saturating_add_signed(shift);
            let lines = (from..block.before.start).map(line).collect();
            hunks.push(Hunk { before: from..from, after: start..start, lines, is_masked: false });
            let Some(last) = hunks.last_mut() else { continue };
            last
        };
        hunk.lines.extend(block.goes.iter().cloned());
        hunk.lines.extend(block.comes.iter().cloned());
        hunk.is_masked |= block.is_masked;
        hunk.lines.extend(trailing.clone().map(line));
        shift += grown;
        hunk.before.end = trailing.end;
        hunk.after.end = trailing.end.saturating_add_signed(shift);
    }
    hunks
}

/// A unified diff of a file, as `patch` and `git apply` take it; empty where nothing changes.
pub fn unified(name: &str, hunks: &[Hunk], colour: bool) -> String {
    let mut text = String::new();
    if hunks.is_empty() {
        return text;
    }
    let is_below = !name.starts_with('/');
    let of = |side: &str| if is_below { format!("{side}/{name}") } else { name.to_owned() };
    let mut write = |style: Style, line: &str| {
        let _ = if colour {
            writeln!(text, "{style}{line}{style:#}")
        } else {
            writeln!(text, "{line}")
        };
    };
    write(GOES, &format!("--- {}", of("a")));
    write(COMES, &format!("+++ {}", of("b")));
    for hunk in hunks {
        let range = |lines: &Range<usize>| match lines.len() {
            0 => format!("{},0", lines.start),
            1 => format!("{}", lines.start + 1),
            count => format!("{},{count}", lines.start + 1),
        };
        write(PLACE, &format!("@@ -{} +{} @@", range(&hunk.before), range(&hunk.after)));
        for line in &hunk.lines {
            let (sign, style) = match line.sign {
                Sign::Stays => (' ', Style::new()),
                Sign::Goes => ('-', GOES),
                Sign::Comes => ('+', COMES),
            };
            write(style, &format!("{sign}{}", line.text));
            if !line.is_ended {
                write(Style::new(), "\\ No newline at end of file");
            }
        }
    }
    text
}

/// Where each line begins.
fn starts(text: &str) -> Vec<usize> {
    let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    let next = feeds.map(|(at, _)| at + 1).filter(|it| *it < text.len());
    (!text.is_empty()).then_some(0).into_iter().chain(next).collect()
}

fn bytes(text: &str, starts: &[usize], line: usize) -> Range<usize> {
    let start = starts.get(line).copied().unwrap_or(text.len());
    start..starts.get(line + 1).copied().unwrap_or(text.len())
}

fn line(text: &str, starts: &[usize], number: usize, sign: Sign) -> Line {
    Line::new(text.get(bytes(text, starts, number)).unwrap_or_default(), sign)
}

impl Line {
    fn new(text: &str, sign: Sign) -> Self {
        let ended = text.strip_suffix('\n');
        Self { sign, text: ended.unwrap_or(text).to_owned(), is_ended: ended.is_some() }
    }
}

/// The lines that change, those of splices that share lines together.
fn blocks(text: &str, starts: &[usize], splices: &[Splice], secret: &[Span]) -> Vec<Block> {
    let line_of = |offset: usize| starts.partition_point(|it| *it <= offset).saturating_sub(1);
    let extent = |it: &Splice| {
        let range = it.span.range();
        if range.start >= text.len() && (text.is_empty() || text.ends_with('\n')) {
            return starts.len()..starts.len();
        }
        // What ends at the beginning of a line leaves that line as it is.
        let is_start = |offset: usize| starts.binary_search(&offset).is_ok();
        if range.is_empty() && is_start(range.start) && it.with.ends_with('\n') {
            let line = line_of(range.start);
            return line..line;
        }
        let last = if range.end > range.start && is_start(range.end) && it.with.ends_with('\n') {
            range.end - 1
        } else {
            range.end
        };
        line_of(range.start)..line_of(last.min(text.len())) + 1
    };
    let mut blocks = Vec::new();
    let mut rest = splices;
    while let Some(first) = rest.first() {
        let mut lines = extent(first);
        let mut count = 1;
        for more in rest.get(1..).unwrap_or_default() {
            let next = extent(more);
            let is_shared = next.start < lines.end || next == lines && next.is_empty();
            if !is_shared {
                break;
            }
            lines.end = lines.end.max(next.end);
            count += 1;
        }
        let (these, others) = rest.split_at(count);
        rest = others;
        blocks.push(block(text, starts, lines, these, secret));
    }
    blocks.retain(|it| !it.before.is_empty() || !it.comes.is_empty());
    blocks
}

/// The spans that touch some bytes.
fn among<'s>(spans: &'s [Span], bytes: &Range<usize>) -> &'s [Span] {
    let from = spans.partition_point(|it| it.range().end <= bytes.start);
    let to = spans.partition_point(|it| it.range().start < bytes.end);
    spans.get(from..to).unwrap_or_default()
}

/// Lines with splices in place, without those at both ends that stay.
fn block(
    text: &str,
    starts: &[usize],
    lines: Range<usize>,
    splices: &[Splice],
    secret: &[Span],
) -> Block {
    let from = bytes(text, starts, lines.start).start;
    let to = if lines.is_empty() { from } else { bytes(text, starts, lines.end - 1).end };
    let part = text.get(from..to).unwrap_or_default();
    let within = |it: Range<usize>| {
        Span::new(it.start.saturating_sub(from), it.end.min(to).saturating_sub(from))
    };
    let secret = among(secret, &(from..to));
    let masks = secret.iter().map(|it| mask(part, within(it.range()))).collect::<Vec<_>>();
    let masked = |it: &Splice| {
        let range = it.span.range();
        let cuts = |secret: &Span| {
            let secret = secret.range();
            let is_apart = range.end <= secret.start || secret.end <= range.start;
            !is_apart && !range.is_empty() && (secret.start < range.start || range.end < secret.end)
        };
        if secret.iter().any(cuts) {
            // What replaces a part of a secret may repeat a part of it.
            return mask(&it.with, Span::new(0, it.with.len())).with;
        }
        let words = secret.iter().map(|it| it.text(text).trim());
        words.filter(|it| !it.is_empty()).fold(it.with.clone(), |with, it| with.replace(it, MASK))
    };
    let edits = splices.iter().map(|it| Splice { span: within(it.span.range()), with: masked(it) });
    let mut all: Vec<_> = edits.collect();
    let stays: Vec<_> = masks.iter().flat_map(|it| remains(it.span.range(), &all)).collect();
    all.extend(stays.iter().map(|it| mask(part, *it)));
    all.sort_by_key(|it| it.span.range().start);
    let (old, new) = (splice(part, &masks), splice(part, &all));
    let old: Vec<_> = old.split_inclusive('\n').collect();
    let new: Vec<_> = new.split_inclusive('\n').collect();
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - same;
    let back = old.iter().rev().zip(new.iter().rev());
    let tail = back.take(most).take_while(|(old, new)| old == new).count();
    let (goes, comes) = (old.len() - tail, new.len() - tail);
    let signed = |lines: Option<&[&str]>, sign| -> Vec<_> {
        lines.unwrap_or_default().iter().map(|it| Line::new(it, sign)).collect()
    };
    let (goes, comes) =
        (signed(old.get(same..goes), Sign::Goes), signed(new.get(same..comes), Sign::Comes));
    let is_masked = goes.iter().chain(&comes).any(|it| it.text.contains(MASK));
    let before = lines.start + same..lines.start + same + goes.len();
    Block { before, goes, comes, is_masked }
}

/// A mask for a part of a text: as many lines as there are, so that their numbers stay.
fn mask(text: &str, span: Span) -> Splice {
    let hidden = |it: &str| if it.is_empty() { "" } else { MASK };
    let lines: Vec<_> = span.text(text).split('\n').map(hidden).collect();
    Splice { span, with: lines.join("\n") }
}

/// The parts of a range that splices in order leave as they are.
fn remains(range: Range<usize>, splices: &[Splice]) -> Vec<Span> {
    let mut from = range.start;
    let mut parts = Vec::new();
    for it in splices.iter().map(|it| it.span.range()) {
        if it.end < range.start || range.end < it.start {
            continue;
        }
        if from < it.start {
            parts.push(Span::new(from, it.start));
        }
        from = from.max(it.end);
    }
    if from < range.end {
        parts.push(Span::new(from, range.end));
    }
    parts
}

#[cfg(test)]
mod tests;
