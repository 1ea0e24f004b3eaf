//! Byte offsets to lines and columns.

use std::sync::OnceLock;

use crate::Span;
use crate::span::offset;

/// A line and a column, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1, in characters or in UTF-16 units.
    pub column: u32,
}

/// Where each line of a text begins. Made once per text, when the first position is asked for.
///
/// Lines end at LF, CR LF or a lone CR, as editors count them.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<u32>,
    /// What stands before every [`STRIDE`]th byte; made when a column is far from the start of its line.
    widths: OnceLock<Vec<Width>>,
}

/// How far apart the bytes are whose columns are remembered.
const STRIDE: usize = 1024;

/// How wide a piece of text is.
#[derive(Debug, Clone, Copy, Default)]
struct Width {
    characters: usize,
    utf16: usize,
}

impl Width {
    fn of(bytes: &[u8]) -> Self {
        // Bytes that go on with a character begin with the bits 10, those of pairs in UTF-16 with 1111.
        let characters = bytes.iter().filter(|it| **it & 0xC0 != 0x80).count();
        let pairs = bytes.iter().filter(|it| **it >= 0xF0).count();
        Self { characters, utf16: characters + pairs }
    }

    fn and(self, other: Self) -> Self {
        Self { characters: self.characters + other.characters, utf16: self.utf16 + other.utf16 }
    }

    fn without(self, other: Self) -> Self {
        Self { characters: self.characters - other.characters, utf16: self.utf16 - other.utf16 }
    }
}

impl<'a> Lines<'a> {
    /// Finds every line of `text`.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for index in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let pair = bytes.get(index..=index + 1);
            if pair != Some(b"\r\n") {
                starts.push(offset(index + 1));
            }
        }
        Self { text, starts, widths: OnceLock::new() }
    }

    /// The line and the column in characters; a byte order mark takes no column.
    pub fn position(&self, offset: u32) -> Position {
        self.locate(offset, |it| it.characters)
    }

    /// The line and the column in UTF-16 units, as browsers and SARIF count.
    pub fn position_utf16(&self, offset: u32) -> Position {
        self.locate(offset, |it| it.utf16)
    }

    /// The bytes of a line without its line break; empty for a line that is not there.
    pub fn line_span(&self, line: u32) -> Span {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.starts.get(index) else {
            return Span::default();
        };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        let line = self.text.get(start as usize..end).unwrap_or_default();
        Span::new(start as usize, start as usize + line.trim_end_matches(['\r', '\n']).len())
    }

    /// How many lines there are; a final line break opens one more, empty, line.
    pub fn count(&self) -> u32 {
        offset(self.starts.len())
    }

    fn locate(&self, position: u32, width: impl Fn(Width) -> usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= position).max(1);
        let start = self.starts.get(line - 1).map_or(0, |start| *start as usize);
        let mut end = (position as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let marks = if start == 0 { self.text.get(..end).map_or(0, leading_marks) } else { 0 };
        Position { line: offset(line), column: offset(width(self.width(start, end)) - marks + 1) }
    }

    /// How wide the text between two bytes is.
    fn width(&self, start: usize, end: usize) -> Width {
        if end - start <= STRIDE {
            return Width::of(self.text.as_bytes().get(start..end).unwrap_or_default());
        }
        self.width_before(end).without(self.width_before(start))
    }

    /// How wide the text before a byte is.
    fn width_before(&self, end: usize) -> Width {
        let bytes = self.text.as_bytes();
        let widths = self.widths.get_or_init(|| {
            let mut width = Width::default();
            let of_chunk = |chunk| {
                let next = width.and(Width::of(chunk));
                std::mem::replace(&mut width, next)
            };
            bytes.chunks(STRIDE).map(of_chunk).collect()
        });
        let Some((index, known)) =
            widths.get(..=end / STRIDE).unwrap_or(widths).iter().enumerate().next_back()
        else {
            return Width::default();
        };
        known.and(Width::of(bytes.get(index * STRIDE..end).unwrap_or_default()))
    }
}

/// How many byte order marks a text begins with.
fn leading_marks(text: &str) -> usize {
    text.chars().take_while(|it| *it == '\u{feff}').count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn columns_count_characters_or_utf16_units() {
        let text = "a\r\nß😀x\rlast\n";
        let lines = Lines::new(text);
        let x = offset(text.find('x').unwrap());
        assert_eq!(lines.position(x), Position { line: 2, column: 3 });
        assert_eq!(lines.position_utf16(x), Position { line: 2, column: 4 });
        assert_eq!(lines.position(0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(u32::MAX), Position { line: 4, column: 1 });
        assert_eq!(lines.count(), 4);
    }

    #[test]
    fn columns_of_long_lines_are_those_of_their_characters() {
        let text = format!("\u{feff}{}\n{}", "aß😀".repeat(2_000), "ß😀".repeat(3_000));
        let lines = Lines::new(&text);
        let (mut characters, mut utf16) = (1, 1);
        for (at, character) in text.char_indices().skip(1) {
            let at = offset(at);
            assert_eq!(
                (lines.position(at).column, lines.position_utf16(at).column),
                (characters, utf16)
            );
            let length = offset(character.len_utf16());
            (characters, utf16) =
                if character == '\n' { (1, 1) } else { (characters + 1, utf16 + length) };
        }
    }

    #[test]
    fn a_line_span_leaves_out_the_line_break() {
        let text = "one\r\ntwo\n";
        let lines = Lines::new(text);
        assert_eq!(lines.line_span(1).text(text), "one");
        assert_eq!(lines.line_span(2).text(text), "two");
        assert_eq!(lines.line_span(3).text(text), "");
        assert_eq!(lines.line_span(9).text(text), "");
    }

    #[test]
    fn an_offset_inside_a_character_belongs_to_that_character() {
        let lines = Lines::new("ß");
        assert_eq!(lines.position(1), Position { line: 1, column: 1 });
    }
}
