//! `%YAML` and `%TAG`.

use crate::ProblemKind;
use crate::problem::Fault;
use crate::scanner::{Scanned, Scanner, Token, TokenKind};

impl Scanner<'_> {
    pub(super) fn scan_directive(&mut self) -> Scanned {
        let start = self.cursor.position;
        self.cursor.skip();
        let name = self.scan_word();
        if name.is_empty() || !self.cursor.is_blankz(0) {
            return Err(self.bad_directive(start));
        }
        let token = match name {
            "YAML" => self.scan_version(start)?,
            "TAG" => self.scan_tag_directive(start)?,
            _ => return Err(self.bad_directive(start)),
        };
        self.skip_blanks();
        self.skip_comment();
        if !self.cursor.is_breakz() {
            return Err(self.bad_directive(start));
        }
        self.tokens.push(token);
        self.cursor.skip_line();
        Ok(())
    }

    fn scan_version(&mut self, start: usize) -> Scanned<Token> {
        self.skip_blanks();
        let major = self.scan_number(start)?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.bad_directive(start));
        }
        self.cursor.skip();
        let minor = self.scan_number(start)?;
        let kind = match (major, minor) {
            (1, 1) => TokenKind::VersionDirective,
            _ => TokenKind::OtherVersionDirective,
        };
        Ok(Token::bare(kind, start, self.cursor.position))
    }

    fn scan_number(&mut self, start: usize) -> Scanned<u8> {
        let mut value = 0;
        let mut digits = 0;
        while self.cursor.peek(0).is_ascii_digit() {
            digits += 1;
            if digits > 2 {
                return Err(self.bad_directive(start));
            }
            value = value * 10 + (self.cursor.peek(0) - b'0');
            self.cursor.skip();
        }
        if digits == 0 {
            return Err(self.bad_directive(start));
        }
        Ok(value)
    }

    fn scan_tag_directive(&mut self, start: usize) -> Scanned<Token> {
        self.skip_blanks();
        let handle = self.scan_tag_handle(true, start)?;
        if !matches!(self.cursor.peek(0), b' ' | b'\t') {
            return Err(self.bad_directive(start));
        }
        self.skip_blanks();
        let prefix = self.scan_uri("", start)?;
        if !self.cursor.is_blankz(0) {
            return Err(self.bad_directive(start));
        }
        let token = Token::bare(TokenKind::TagDirective, start, self.cursor.position);
        Ok(Token { text: prefix, handle, ..token })
    }

    fn skip_blanks(&mut self) {
        while matches!(self.cursor.peek(0), b' ' | b'\t') {
            self.cursor.position += 1;
        }
    }

    fn bad_directive(&self, start: usize) -> Fault {
        let what = "a line that begins with `%` is a directive, and this is none: quote the value, or remove the line";
        Fault::new(start, self.cursor.position.max(start + 1), ProblemKind::Syntax(what))
    }
}
