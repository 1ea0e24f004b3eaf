//! Anchors, aliases and tags.

use crate::problem::Fault;
use crate::scanner::{Scanned, Scanner, Text, Token, TokenKind};
use crate::span::offset;
use crate::{ProblemKind, Span};

impl<'a> Scanner<'a> {
    pub(super) fn scan_anchor(&mut self, alias: bool) -> Scanned {
        let start = self.cursor.position;
        self.cursor.skip();
        let name = self.scan_word();
        let ends = self.cursor.is_blankz(0)
            || matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            let what = if alias {
                "`*` begins an alias, whose name is letters, digits, `-` and `_`: quote the value"
            } else {
                "`&` begins an anchor, whose name is letters, digits, `-` and `_`: quote the value"
            };
            let end = self.cursor.position + 1;
            return Err(Fault::new(start, end, ProblemKind::Syntax(what)));
        }
        let kind = if alias { TokenKind::Alias } else { TokenKind::Anchor };
        let text = Text {
            start: offset(start + 1),
            end: offset(start + 1 + name.len()),
            rewritten: false,
        };
        let end = self.cursor.position;
        self.tokens.push(Token { text, ..Token::bare(kind, start, end) });
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Scanned {
        let start = self.cursor.position;
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            self.cursor.position += 2;
            let suffix = self.scan_uri("", start)?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.bad_tag(start));
            }
            self.cursor.skip();
            (Span::default(), suffix)
        } else {
            let handle = self.scan_tag_handle(false, start)?;
            let text = handle.text(self.cursor.text);
            if text.len() > 1 && text.ends_with('!') {
                (handle, self.scan_uri("", start)?)
            } else {
                let suffix = self.scan_uri(text, start)?;
                if suffix.start == suffix.end {
                    let from = self.buffer.len();
                    self.buffer.push('!');
                    (Span::default(), self.buffered(from))
                } else {
                    (Span::new(start, start + 1), suffix)
                }
            }
        };
        if !self.cursor.is_blankz(0) {
            return Err(self.bad_tag(start));
        }
        let token = Token::bare(TokenKind::Tag, start, self.cursor.position);
        self.tokens.push(Token { text: suffix, handle, ..token });
        Ok(())
    }

    /// `!`, `!!` or `!word!`; a directive takes no `!word`.
    pub(super) fn scan_tag_handle(&mut self, directive: bool, start: usize) -> Scanned<Span> {
        let from = self.cursor.position;
        if self.cursor.peek(0) != b'!' {
            return Err(self.bad_tag(start));
        }
        self.cursor.skip();
        let word = self.scan_word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        } else if directive && !word.is_empty() {
            return Err(self.bad_tag(start));
        }
        Ok(Span::new(from, self.cursor.position))
    }

    /// The rest of a tag after `head`, whose `!` it loses.
    pub(super) fn scan_uri(&mut self, head: &str, start: usize) -> Scanned<Text> {
        let from = self.buffer.len();
        let mut found = !head.is_empty();
        self.buffer.push_str(head.get(1..).unwrap_or_default());
        loop {
            match self.cursor.peek(0) {
                b'%' => {
                    let escaped = self.scan_uri_escape(start)?;
                    self.buffer.push(escaped);
                }
                byte if is_uri(byte) => {
                    self.buffer.push(char::from(byte));
                    self.cursor.position += 1;
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return Err(self.bad_tag(start));
        }
        Ok(self.buffered(from))
    }

    fn scan_uri_escape(&mut self, start: usize) -> Scanned<char> {
        let mut octets = Vec::with_capacity(4);
        loop {
            let digit = |ahead| char::from(self.cursor.peek(ahead)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.peek(0), digit(1), digit(2)) else {
                return Err(self.bad_tag(start));
            };
            octets.push(u8::try_from(high * 16 + low).unwrap_or_default());
            self.cursor.position += 3;
            match std::str::from_utf8(&octets) {
                Ok(text) => return text.chars().next().ok_or_else(|| self.bad_tag(start)),
                Err(error) if error.error_len().is_some() => return Err(self.bad_tag(start)),
                Err(_) => {}
            }
        }
    }

    pub(super) fn bad_tag(&self, start: usize) -> Fault {
        let what = "`!` begins a tag, and this is none: quote the value";
        let end = self.cursor.position.max(start + 1);
        Fault::new(start, end, ProblemKind::Syntax(what))
    }

    /// Letters, digits, `-` and `_`.
    pub(super) fn scan_word(&mut self) -> &'a str {
        let from = self.cursor.position;
        while self.cursor.peek(0).is_ascii_alphanumeric()
            || matches!(self.cursor.peek(0), b'_' | b'-')
        {
            self.cursor.position += 1;
        }
        self.cursor.slice(from, self.cursor.position)
    }

    fn buffered(&self, from: usize) -> Text {
        Text { start: offset(from), end: offset(self.buffer.len()), rewritten: true }
    }
}

fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_;/?:@&=+$,.!~*'()[]".contains(&byte)
}
