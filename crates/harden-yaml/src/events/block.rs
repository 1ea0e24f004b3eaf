//! Block lists and block maps.

use crate::events::{Context, Event, EventKind, Events, Parsed, State, empty};
use crate::scanner::TokenKind;

impl Events<'_> {
    pub(super) fn block_list_entry(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.take();
                let next = self.scanner.peek()?;
                if matches!(next.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return Ok(empty(token.end));
                }
                self.states.push(State::BlockListEntry);
                self.node(Context::Block)
            }
            TokenKind::BlockEnd => {
                self.finish_node();
                self.scanner.take();
                Ok(Event::bare(EventKind::ListEnd, token.start, token.end))
            }
            _ => {
                Err(self
                    .wrong(token, "a `-` is missing here: align this line with the list's items"))
            }
        }
    }

    pub(super) fn indentless_list_entry(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.finish_node();
            return Ok(Event::bare(EventKind::ListEnd, token.start, token.start));
        }
        self.scanner.take();
        let next = self.scanner.peek()?;
        if matches!(
            next.kind,
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
        ) {
            return Ok(empty(token.end));
        }
        self.states.push(State::IndentlessListEntry);
        self.node(Context::Block)
    }

    pub(super) fn block_map_key(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => {
                self.scanner.take();
                self.block_map_part(token.end, State::BlockMapValue)
            }
            TokenKind::BlockEnd => {
                self.finish_node();
                self.scanner.take();
                Ok(Event::bare(EventKind::MapEnd, token.start, token.end))
            }
            _ => {
                Err(self
                    .wrong(token, "a key is missing here: align this line with the keys above it"))
            }
        }
    }

    pub(super) fn block_map_value(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Value {
            self.state = State::BlockMapKey;
            return Ok(empty(token.start));
        }
        self.scanner.take();
        self.block_map_part(token.end, State::BlockMapKey)
    }

    /// A key or a value, which may be empty.
    fn block_map_part(&mut self, end: u32, then: State) -> Parsed {
        let next = self.scanner.peek()?;
        if matches!(next.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.state = then;
            return Ok(empty(end));
        }
        self.states.push(then);
        self.node(Context::BlockOrIndentlessList)
    }
}
