//! Scalars without quotes.

use crate::problem::Fault;
use crate::scanner::{Scanned, Scanner, Text};
use crate::span::offset;
use crate::{ProblemKind, Style};

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Scanned {
        let column = self.child_column();
        let in_flow = self.flow_level > 0;
        let start = self.cursor.position;
        let mut end = start;
        let mut rewritten = None;
        let mut fold = Fold::default();
        loop {
            if self.at_document_indicator() || self.cursor.peek(0) == b'#' {
                break;
            }
            let run = self.cursor.position;
            let length = plain_run(self.cursor.rest(), in_flow);
            if length > 0 {
                if fold.broken {
                    if rewritten.is_none() {
                        rewritten = Some(self.buffer.len());
                        self.buffer.push_str(self.cursor.slice(start, end));
                    }
                    fold.write(&mut self.buffer);
                    self.buffer.push_str(self.cursor.slice(run, run + length));
                } else if rewritten.is_some() {
                    self.buffer.push_str(self.cursor.slice(end, run + length));
                }
                self.cursor.advance(length);
                end = self.cursor.position;
            }
            if self.cursor.peek(0) == 0 || !self.cursor.is_blankz(0) {
                break;
            }
            loop {
                match self.cursor.peek(0) {
                    b'\t' if fold.broken && self.cursor.column() < column => {
                        let at = self.cursor.position;
                        return Err(Fault::new(at, at + 1, ProblemKind::Tab));
                    }
                    b' ' => self.cursor.skip_spaces(),
                    b'\t' => self.cursor.position += 1,
                    _ => match self.cursor.read_line() {
                        Some(line_break) => fold.add(line_break),
                        None => break,
                    },
                }
            }
            if !in_flow && self.cursor.column() < column {
                break;
            }
        }
        if fold.broken {
            self.simple_key_allowed = true;
        }
        let text = match rewritten {
            Some(from) => {
                Text { start: offset(from), end: offset(self.buffer.len()), rewritten: true }
            }
            None => Text { start: offset(start), end: offset(end), rewritten: false },
        };
        self.push_scalar(text, Style::Plain, start, end);
        Ok(())
    }

    /// Whether the line begins with `---` or `...`, which ends every scalar.
    pub(super) fn at_document_indicator(&self) -> bool {
        self.cursor.column() == 0
            && (self.cursor.is_document_indicator(b'-') || self.cursor.is_document_indicator(b'.'))
    }
}

/// The bytes that may end a plain scalar, whatever is around them.
#[expect(clippy::indexing_slicing, reason = "it is put together while this is compiled")]
const MAY_END: [bool; 256] = {
    let ends = b" \t\n\r:,?[]{}\xC2\xE2";
    let (mut table, mut at) = ([false; 256], 0);
    while at < ends.len() {
        table[ends[at] as usize] = true;
        at += 1;
    }
    table
};

/// Bytes up to a blank, a line break, or what ends a plain scalar.
fn plain_run(rest: &[u8], in_flow: bool) -> usize {
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        if MAY_END.get(usize::from(byte)) == Some(&false) {
            length += 1;
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b':' => match rest.get(length + 1) {
                None | Some(b' ' | b'\t' | b'\n' | b'\r') => break,
                Some(0xC2 | 0xE2) if is_wide_break(rest, length + 1) => break,
                _ => length += 1,
            },
            b',' | b'?' | b'[' | b']' | b'{' | b'}' if in_flow => break,
            0xC2 | 0xE2 if is_wide_break(rest, length) => break,
            _ => length += 1,
        }
    }
    length
}

/// NEL, line separator or paragraph separator.
pub(super) fn is_wide_break(bytes: &[u8], index: usize) -> bool {
    let bytes = bytes.get(index..).unwrap_or_default();
    matches!(bytes, [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..])
}

/// Line breaks between two sections of a flow scalar: one folds to a space, more lose the first.
#[derive(Default)]
pub(super) struct Fold {
    pub(super) broken: bool,
    first: &'static str,
    more: Vec<&'static str>,
}

impl Fold {
    pub(super) fn add(&mut self, line_break: &'static str) {
        if self.broken {
            self.more.push(line_break);
        } else {
            self.broken = true;
            self.first = line_break;
        }
    }

    /// Like `add`, for the line break that a backslash takes away.
    pub(super) fn add_escaped(&mut self) {
        self.broken = true;
        self.first = "";
    }

    /// Writes what folding leaves, and is ready for the next.
    pub(super) fn write(&mut self, into: &mut String) {
        if self.first == "\n" && self.more.is_empty() {
            into.push(' ');
        } else if self.first != "\n" {
            into.push_str(self.first);
        }
        for line_break in self.more.drain(..) {
            into.push_str(line_break);
        }
        self.broken = false;
        self.first = "";
    }
}
