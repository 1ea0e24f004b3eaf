//! Literal (`|`) and folded (`>`) scalars.

use crate::problem::Fault;
use crate::scanner::{Scanned, Scanner, Text};
use crate::span::offset;
use crate::{ProblemKind, Style};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block(&mut self, literal: bool) -> Scanned {
        let start = self.cursor.position;
        self.cursor.skip();
        let (chomping, increment) = self.scan_block_header(start)?;
        while matches!(self.cursor.peek(0), b' ' | b'\t') {
            self.cursor.position += 1;
        }
        let mut end = self.cursor.position;
        self.skip_comment();
        if !self.cursor.is_breakz() {
            let at = self.cursor.position;
            let what =
                "after `|` or `>` only a comment may follow: begin the text on the next line";
            return Err(Fault::new(at, at + 1, ProblemKind::Syntax(what)));
        }
        self.cursor.skip_line();

        let mut indent = match increment {
            0 => 0,
            _ => self.indent.max(0) + increment,
        };
        let from = self.buffer.len();
        let mut leading_break = "";
        let mut leading_blank = false;
        let mut trailing = self.scan_block_breaks(&mut indent, start)?;
        while self.cursor.column() == indent && self.cursor.peek(0) != 0 {
            let blank = matches!(self.cursor.peek(0), b' ' | b'\t');
            if !literal && !leading_blank && !blank && leading_break == "\n" {
                if trailing.is_empty() {
                    self.buffer.push(' ');
                }
            } else {
                self.buffer.push_str(leading_break);
            }
            for line_break in trailing {
                self.buffer.push_str(line_break);
            }
            leading_blank = blank;
            let line = self.cursor.position;
            self.cursor.skip_to_line_end();
            end = self.cursor.position;
            self.buffer.push_str(self.cursor.slice(line, end));
            leading_break = self.cursor.read_line().unwrap_or_default();
            trailing = self.scan_block_breaks(&mut indent, start)?;
        }
        if chomping != Chomping::Strip {
            self.buffer.push_str(leading_break);
        }
        if chomping == Chomping::Keep {
            for line_break in trailing {
                self.buffer.push_str(line_break);
            }
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        let text = Text { start: offset(from), end: offset(self.buffer.len()), rewritten: true };
        self.push_scalar(text, style, start, end);
        Ok(())
    }

    fn scan_block_header(&mut self, start: usize) -> Scanned<(Chomping, isize)> {
        let mut chomping = Chomping::Clip;
        let mut increment = 0;
        // The two indicators may come in either order, each at most once.
        if let Some(found) = self.scan_chomping() {
            chomping = found;
            increment = self.scan_increment(start)?;
        } else if self.cursor.peek(0).is_ascii_digit() {
            increment = self.scan_increment(start)?;
            chomping = self.scan_chomping().unwrap_or(Chomping::Clip);
        }
        Ok((chomping, increment))
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.position += 1;
        Some(chomping)
    }

    fn scan_increment(&mut self, start: usize) -> Scanned<isize> {
        let digit = self.cursor.peek(0);
        if !digit.is_ascii_digit() {
            return Ok(0);
        }
        if digit == b'0' {
            let what = "a block text cannot be indented by 0: use 1 to 9, or no number";
            let end = self.cursor.position + 1;
            return Err(Fault::new(start, end, ProblemKind::Syntax(what)));
        }
        self.cursor.position += 1;
        Ok(isize::from(digit - b'0'))
    }

    /// Passes indentation and empty lines, and finds the indent at the first line that has text.
    fn scan_block_breaks(
        &mut self,
        indent: &mut isize,
        start: usize,
    ) -> Scanned<Vec<&'static str>> {
        let mut breaks = Vec::new();
        let mut widest = 0;
        loop {
            while (*indent == 0 || self.cursor.column() < *indent) && self.cursor.peek(0) == b' ' {
                self.cursor.position += 1;
            }
            widest = widest.max(self.cursor.column());
            if (*indent == 0 || self.cursor.column() < *indent) && self.cursor.peek(0) == b'\t' {
                let at = self.cursor.position;
                return Err(Fault::new(at.max(start), at + 1, ProblemKind::Tab));
            }
            match self.cursor.read_line() {
                Some(line_break) => breaks.push(line_break),
                None => break,
            }
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(breaks)
    }
}
