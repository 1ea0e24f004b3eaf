//! Scalars in single or double quotes.

use crate::problem::Fault;
use crate::scanner::plain::{Fold, is_wide_break};
use crate::scanner::{Scanned, Scanner, Text};
use crate::span::offset;
use crate::{ProblemKind, Style};

impl Scanner<'_> {
    pub(super) fn scan_quoted(&mut self, single: bool) -> Scanned {
        let quote = if single { b'\'' } else { b'"' };
        let start = self.cursor.position;
        self.cursor.skip();
        let first = self.cursor.position;
        // The part from `kept` on is not in the buffer yet; nothing is while no part had to be rewritten.
        let mut kept = first;
        let mut rewritten = None;
        let mut fold = Fold::default();
        let end = loop {
            if self.at_document_indicator() {
                let at = self.cursor.position;
                let what = "a quoted text is still open at `---` or `...`: close the quote";
                return Err(Fault::new(start, at, ProblemKind::Syntax(what)));
            }
            if self.cursor.peek(0) == 0 {
                let what = "a quoted text is never closed: add the closing quote";
                return Err(Fault::new(start, start + 1, ProblemKind::Syntax(what)));
            }
            loop {
                let length = quoted_run(self.cursor.rest(), quote);
                self.cursor.advance(length);
                let at = self.cursor.position;
                match self.cursor.peek(0) {
                    b'\'' if single && self.cursor.peek(1) == b'\'' => {
                        self.flush(kept, at + 1, &mut rewritten);
                        self.cursor.position += 2;
                        kept = self.cursor.position;
                    }
                    b'\\' if !single && self.cursor.is_break(1) => {
                        self.flush(kept, at, &mut rewritten);
                        self.cursor.position += 1;
                        self.cursor.skip_line();
                        fold.add_escaped();
                        kept = self.cursor.position;
                        break;
                    }
                    b'\\' if !single => {
                        self.flush(kept, at, &mut rewritten);
                        let character = self.scan_escape(start)?;
                        self.buffer.push(character);
                        kept = self.cursor.position;
                    }
                    _ => break,
                }
            }
            if self.cursor.peek(0) == quote && !fold.broken {
                break self.cursor.position;
            }
            let blanks = self.cursor.position;
            let broken_before = fold.broken;
            loop {
                match self.cursor.peek(0) {
                    b' ' | b'\t' => self.cursor.position += 1,
                    _ => match self.cursor.read_line() {
                        Some(line_break) => fold.add(line_break),
                        None => break,
                    },
                }
            }
            if fold.broken {
                if !broken_before {
                    self.flush(kept, blanks, &mut rewritten);
                }
                fold.write(&mut self.buffer);
                kept = self.cursor.position;
            }
        };
        let text = if rewritten.is_some() {
            self.flush(kept, end, &mut rewritten);
            let from = rewritten.unwrap_or_default();
            Text { start: offset(from), end: offset(self.buffer.len()), rewritten: true }
        } else {
            Text { start: offset(first), end: offset(end), rewritten: false }
        };
        self.cursor.skip();
        let style = if single { Style::SingleQuoted } else { Style::DoubleQuoted };
        self.push_scalar(text, style, start, self.cursor.position);
        Ok(())
    }

    /// Moves a part of the source to the buffer, remembering where the scalar begins there.
    fn flush(&mut self, from: usize, to: usize, rewritten: &mut Option<usize>) {
        if rewritten.is_none() {
            *rewritten = Some(self.buffer.len());
        }
        self.buffer.push_str(self.cursor.slice(from, to));
    }

    fn scan_escape(&mut self, start: usize) -> Scanned<char> {
        let at = self.cursor.position;
        let digits = match self.cursor.peek(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            escape => {
                let Some(character) = simple_escape(escape) else {
                    let what = "an unknown escape after a backslash: double the backslash, or use single quotes";
                    return Err(Fault::new(at, at + 2, ProblemKind::Syntax(what)));
                };
                self.cursor.position += 2;
                return Ok(character);
            }
        };
        self.cursor.position += 2;
        let mut value: u32 = 0;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.cursor.peek(ahead)).to_digit(16) else {
                let what = "too few hexadecimal digits in an escape: complete them, or double the backslash";
                return Err(Fault::new(at, at + 2 + ahead, ProblemKind::Syntax(what)));
            };
            value = (value << 4) | digit;
        }
        let end = self.cursor.position + digits;
        let Some(character) = char::from_u32(value) else {
            let what = "an escape that is no Unicode character: write the character itself";
            return Err(Fault::new(at.max(start), end, ProblemKind::Syntax(what)));
        };
        self.cursor.position = end;
        Ok(character)
    }
}

fn simple_escape(escape: u8) -> Option<char> {
    Some(match escape {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}

/// Bytes up to a blank, a line break, the quote or a backslash.
fn quoted_run(rest: &[u8], quote: u8) -> usize {
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b'\\' if quote == b'"' => break,
            0xC2 | 0xE2 if is_wide_break(rest, length) => break,
            _ if byte == quote => break,
            _ => length += 1,
        }
    }
    length
}
