//! Lists and maps in brackets.

use crate::Style;
use crate::events::{Context, Event, EventKind, Events, Parsed, State, empty};
use crate::scanner::TokenKind;

impl Events<'_> {
    pub(super) fn flow_list_entry(&mut self, first: bool) -> Parsed {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd && !first {
            if token.kind != TokenKind::FlowEntry {
                return Err(self.wrong(token, "a `,` or `]` is missing here: add it"));
            }
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                self.finish_node();
                self.scanner.take();
                Ok(Event::bare(EventKind::ListEnd, token.start, token.end))
            }
            TokenKind::Key => {
                self.scanner.take();
                self.state = State::FlowPairKey;
                let event = Event::bare(EventKind::MapStart, token.start, token.end);
                Ok(Event { style: Style::Flow, ..event })
            }
            _ => {
                self.states.push(State::FlowListEntry);
                self.node(Context::Flow)
            }
        }
    }

    pub(super) fn flow_pair_key(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        if matches!(
            token.kind,
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd
        ) {
            // go-yaml drops this token, so `[? , b]` loses its comma.
            self.scanner.take();
            self.state = State::FlowPairValue;
            return Ok(empty(token.end));
        }
        self.states.push(State::FlowPairValue);
        self.node(Context::Flow)
    }

    pub(super) fn flow_pair_value(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            self.scanner.take();
            let next = self.scanner.peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(Context::Flow);
            }
        }
        self.state = State::FlowPairEnd;
        Ok(empty(token.start))
    }

    pub(super) fn flow_pair_end(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        self.state = State::FlowListEntry;
        Ok(Event::bare(EventKind::MapEnd, token.start, token.start))
    }

    pub(super) fn flow_map_key(&mut self, first: bool) -> Parsed {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd && !first {
            if token.kind != TokenKind::FlowEntry {
                return Err(self.wrong(token, "a `,` or `}` is missing here: add it"));
            }
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        match token.kind {
            TokenKind::FlowMappingEnd => {
                self.finish_node();
                self.scanner.take();
                Ok(Event::bare(EventKind::MapEnd, token.start, token.end))
            }
            TokenKind::Key => {
                self.scanner.take();
                let next = self.scanner.peek()?;
                if matches!(
                    next.kind,
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd
                ) {
                    self.state = State::FlowMapValue;
                    return Ok(empty(next.start));
                }
                self.states.push(State::FlowMapValue);
                self.node(Context::Flow)
            }
            _ => {
                self.states.push(State::FlowMapEmptyValue);
                self.node(Context::Flow)
            }
        }
    }

    pub(super) fn flow_map_value(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        self.state = State::FlowMapKey;
        if token.kind == TokenKind::Value {
            self.scanner.take();
            let next = self.scanner.peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMapKey);
                return self.node(Context::Flow);
            }
            return Ok(empty(token.end));
        }
        Ok(empty(token.start))
    }
}
