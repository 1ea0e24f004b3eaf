//! Which token begins where the cursor stands.

use crate::ProblemKind;
use crate::problem::Fault;
use crate::scanner::key::SimpleKey;
use crate::scanner::{MAX_DEPTH, Scanned, Scanner, TokenKind};

impl Scanner<'_> {
    /// Scans the next token, and the ends of blocks before it.
    pub(super) fn fetch(&mut self) -> Scanned {
        self.skip_to_next_token();
        let column = self.cursor.column();
        self.unroll_indent(column);
        let (byte, next) = (self.cursor.peek(0), self.cursor.peek(1));
        let start = self.cursor.position;
        match byte {
            0 => return self.fetch_stream_end(),
            b'%' if column == 0 => return self.fetch_directive(),
            b'-' if column == 0 && self.cursor.is_document_indicator(b'-') => {
                return self.fetch_document_indicator(TokenKind::DocumentStart);
            }
            b'.' if column == 0 && self.cursor.is_document_indicator(b'.') => {
                return self.fetch_document_indicator(TokenKind::DocumentEnd);
            }
            b'[' => return self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => return self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => return self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => return self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.cursor.skip();
                self.push(TokenKind::FlowEntry, start);
                return Ok(());
            }
            b'-' if self.cursor.is_blankz(1) => return self.fetch_block_entry(),
            b'?' if self.flow_level > 0 || self.cursor.is_blankz(1) => return self.fetch_key(),
            b':' if self.flow_level > 0 || self.cursor.is_blankz(1) => return self.fetch_value(),
            b'*' | b'&' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                return self.scan_anchor(byte == b'*');
            }
            b'!' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                return self.scan_tag();
            }
            b'|' | b'>' if self.flow_level == 0 => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                return self.scan_block(byte == b'|');
            }
            b'\'' | b'"' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                return self.scan_quoted(byte == b'\'');
            }
            _ => {}
        }
        let plain = match byte {
            b'-' => !matches!(next, b' ' | b'\t'),
            b'?' | b':' => self.flow_level == 0 && !self.cursor.is_blankz(1),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => false,
            _ => !self.cursor.is_blankz(0),
        };
        if plain {
            self.save_simple_key()?;
            self.simple_key_allowed = false;
            return self.scan_plain();
        }
        let kind = match byte {
            b'\t' => ProblemKind::Tab,
            b'%' => ProblemKind::Syntax("a value cannot begin with `%`: put it in quotes"),
            b'@' => ProblemKind::Syntax("a value cannot begin with `@`: put it in quotes"),
            b'`' => ProblemKind::Syntax("a value cannot begin with a backtick: put it in quotes"),
            b'|' | b'>' => ProblemKind::Syntax(
                "a block text cannot stand inside brackets: put the value in quotes",
            ),
            _ => ProblemKind::Syntax("a value cannot begin here: put it in quotes"),
        };
        Err(Fault::new(start, start + 1, kind))
    }

    fn fetch_stream_end(&mut self) -> Scanned {
        self.cursor.force_new_line();
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.ended = true;
        self.push(TokenKind::StreamEnd, self.cursor.position);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scanned {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_directive()
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind) -> Scanned {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.position;
        self.cursor.position += 3;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scanned {
        self.save_simple_key()?;
        let start = self.cursor.position;
        let token = self.taken + self.tokens.len();
        self.simple_keys.push(SimpleKey { token, ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(Fault::new(start, start + 1, ProblemKind::TooDeep));
        }
        self.simple_key_allowed = true;
        self.cursor.skip();
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scanned {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            // go-yaml stops waiting for a `:` after brackets that hold no scalar.
            if let Some(inner) = self.simple_keys.pop()
                && let Some(outer) = self.simple_keys.last_mut()
                && outer.token == inner.token
            {
                outer.awaited = false;
            }
        }
        self.simple_key_allowed = false;
        let start = self.cursor.position;
        self.cursor.skip();
        self.push(kind, start);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Scanned {
        let start = self.cursor.position;
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(Fault::new(
                    start,
                    start + 1,
                    ProblemKind::Syntax(
                        "a list item cannot begin here: put `-` on a line of its own, or quote the text",
                    ),
                ));
            }
            let column = self.cursor.column();
            self.roll_indent(column, None, TokenKind::BlockSequenceStart, start)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.cursor.skip();
        self.push(TokenKind::BlockEntry, start);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scanned {
        let start = self.cursor.position;
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(Fault::new(
                    start,
                    start + 1,
                    ProblemKind::Syntax(
                        "a `?` key cannot begin here: put it on a line of its own, or quote the text",
                    ),
                ));
            }
            let column = self.cursor.column();
            self.roll_indent(column, None, TokenKind::BlockMappingStart, start)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.cursor.skip();
        self.push(TokenKind::Key, start);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scanned {
        let start = self.cursor.position;
        let last = self.simple_keys.len().saturating_sub(1);
        if self.is_valid_key(last)? {
            self.begin_entry(last)?;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(Fault::new(
                        start,
                        start + 1,
                        ProblemKind::Syntax(
                            "a second `:` in one line: quote the text that holds it, or begin a new line",
                        ),
                    ));
                }
                let column = self.cursor.column();
                self.roll_indent(column, None, TokenKind::BlockMappingStart, start)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.cursor.skip();
        self.push(TokenKind::Value, start);
        Ok(())
    }
}
