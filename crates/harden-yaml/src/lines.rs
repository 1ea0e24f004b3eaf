//! Byte offsets to lines and columns.

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
        Self { text, starts }
    }

    /// The line and the column in characters; a byte order mark takes no column.
    pub fn position(&self, offset: u32) -> Position {
        self.locate(offset, |before| before.chars().count())
    }

    /// The line and the column in UTF-16 units, as browsers and SARIF count.
    pub fn position_utf16(&self, offset: u32) -> Position {
        self.locate(offset, |before| before.encode_utf16().count())
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

    fn locate(&self, position: u32, width: impl Fn(&str) -> usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= position).max(1);
        let start = self.starts.get(line - 1).map_or(0, |start| *start as usize);
        let mut end = (position as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or_default();
        let before = if start == 0 { before.trim_start_matches('\u{feff}') } else { before };
        Position { line: offset(line), column: offset(width(before) + 1) }
    }
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
