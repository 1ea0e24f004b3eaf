//! Where the scanner stands, and how it moves.

use crate::Span;
use crate::scanner::Ending;

/// A position in a text, counted in bytes and in characters.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    bytes: &'a [u8],
    pub(super) position: usize,
    /// Continuation bytes passed so far: what bytes count more than characters.
    wide: usize,
    /// The character index where the line begins.
    pub(super) line_start: usize,
    /// The end of the text is still to be taken for a line break.
    final_break: bool,
}

/// What ends a line, as it appears in a folded text.
pub(super) type Break = &'static str;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, span: Span, ending: Ending) -> Self {
        let bytes = text.as_bytes().get(..span.end as usize).unwrap_or_default();
        let mut position = span.start as usize;
        if bytes.get(position..).unwrap_or_default().starts_with("\u{feff}".as_bytes()) {
            position += 3;
        }
        let final_break = ending == Ending::LineBreak && !bytes.ends_with(b"\n");
        Self { text, bytes, position, wide: 0, line_start: position, final_break }
    }

    /// The byte `ahead` of here; 0 past the end.
    #[inline]
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    /// The bytes from here to the end.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// The text between two positions.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The character index of the position.
    #[inline]
    pub(super) fn index(&self) -> usize {
        self.position - self.wide
    }

    #[inline]
    pub(super) fn column(&self) -> isize {
        isize::try_from(self.index() - self.line_start).unwrap_or(isize::MAX)
    }

    /// Passes one character.
    #[inline]
    pub(super) fn skip(&mut self) {
        let width = width(self.peek(0));
        self.position += width;
        self.wide += width - 1;
    }

    /// Passes spaces, of which indentation makes many.
    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        let rest = self.rest();
        let mut length = 0;
        while rest.get(length..length + 8) == Some(b"        ") {
            length += 8;
        }
        while rest.get(length) == Some(&b' ') {
            length += 1;
        }
        self.position += length;
    }

    /// Passes `length` bytes of text that holds no line break.
    #[inline]
    pub(super) fn advance(&mut self, length: usize) {
        let passed = self.bytes.get(self.position..self.position + length).unwrap_or_default();
        if !passed.is_ascii() {
            self.wide += passed.iter().filter(|byte| *byte & 0xC0 == 0x80).count();
        }
        self.position += length;
    }

    pub(super) fn skip_to_line_end(&mut self) {
        let rest = self.rest();
        let mut length = 0;
        while let Some(&byte) = rest.get(length) {
            match byte {
                b'\n' | b'\r' => break,
                0xC2 | 0xE2 if break_at(rest, length).is_some() => break,
                _ => length += 1,
            }
        }
        self.advance(length);
    }

    /// Passes a line break, if one is here.
    pub(super) fn skip_line(&mut self) -> bool {
        self.read_line().is_some()
    }

    /// Passes a line break, if one is here, and says what folding makes of it.
    #[inline]
    pub(super) fn read_line(&mut self) -> Option<Break> {
        if self.final_break && self.position >= self.bytes.len() {
            self.final_break = false;
            self.line_start = self.index();
            return Some("\n");
        }
        let (width, characters, kept) = break_at(self.bytes, self.position)?;
        self.position += width;
        self.wide += width - characters;
        self.line_start = self.index();
        Some(kept)
    }

    /// The end of the text counts as the start of a line.
    pub(super) fn force_new_line(&mut self) {
        self.line_start = self.index();
    }

    #[inline]
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        break_at(self.bytes, self.position + ahead).is_some()
    }

    /// A blank, a line break or the end.
    #[inline]
    pub(super) fn is_blankz(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            0 | b' ' | b'\t' | b'\n' | b'\r' => true,
            0xC2 | 0xE2 => self.is_break(ahead),
            _ => false,
        }
    }

    #[inline]
    pub(super) fn is_breakz(&self) -> bool {
        self.peek(0) == 0 || self.is_break(0)
    }

    /// Whether `---` or `...` stands here; the caller knows that the column is 0.
    pub(super) fn is_document_indicator(&self, mark: u8) -> bool {
        self.peek(0) == mark && self.peek(1) == mark && self.peek(2) == mark && self.is_blankz(3)
    }
}

/// Bytes and characters of the line break at `index`, and what folding makes of it.
#[inline]
fn break_at(bytes: &[u8], index: usize) -> Option<(usize, usize, Break)> {
    match bytes.get(index)? {
        b'\r' if bytes.get(index + 1) == Some(&b'\n') => Some((2, 2, "\n")),
        b'\n' | b'\r' => Some((1, 1, "\n")),
        0xC2 if bytes.get(index + 1) == Some(&0x85) => Some((2, 1, "\n")),
        0xE2 => match bytes.get(index + 1..index + 3)? {
            [0x80, 0xA8] => Some((3, 1, "\u{2028}")),
            [0x80, 0xA9] => Some((3, 1, "\u{2029}")),
            _ => None,
        },
        _ => None,
    }
}

#[inline]
fn width(first: u8) -> usize {
    match first {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}
