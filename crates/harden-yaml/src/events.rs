//! Tokens to events, by the grammar of go-yaml v2.

mod block;
mod flow;

use crate::problem::Fault;
use crate::resolve::Tag;
use crate::scanner::{Ending, Scanner, Text, Token, TokenKind};
use crate::{ProblemKind, Span, Style};

/// What stands before a value: `&anchor` and `!tag`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Properties {
    /// The anchor's name; empty without one.
    pub(crate) anchor: Span,
    pub(crate) tag: Tag,
}

/// An event, kept small because there are many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) style: Style,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// A scalar's value, or an alias's name.
    pub(crate) text: Text,
    pub(crate) properties: Properties,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    Scalar,
    Alias,
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
    DocumentEnd,
}

impl Event {
    /// An event that is no more than its kind.
    fn bare(kind: EventKind, start: u32, end: u32) -> Self {
        let text = Text { start, end: start, rewritten: false };
        let properties = Properties::default();
        Self { kind, style: Style::Plain, start, end, text, properties }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    DocumentStart,
    DocumentEnd,
    BlockListEntry,
    IndentlessListEntry,
    BlockMapKey,
    BlockMapValue,
    FlowListFirst,
    FlowListEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMapFirst,
    FlowMapKey,
    FlowMapValue,
    FlowMapEmptyValue,
    End,
}

/// Which collections may begin where a value is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    BlockOrIndentlessList,
    Flow,
}

pub(crate) struct Events<'a> {
    pub(crate) scanner: Scanner<'a>,
    text: &'a str,
    state: State,
    states: Vec<State>,
    tag_directives: Vec<(Span, Text)>,
}

type Parsed = Result<Event, Fault>;

impl<'a> Events<'a> {
    /// The events of the first document that `span` holds.
    pub(crate) fn new(text: &'a str, span: Span, ending: Ending) -> Self {
        Self {
            scanner: Scanner::new(text, span, ending),
            text,
            state: State::DocumentStart,
            states: Vec::new(),
            tag_directives: Vec::new(),
        }
    }

    /// The next event; `DocumentEnd` for ever once the document is over.
    pub(crate) fn next(&mut self) -> Parsed {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentEnd => self.document_end(),
            State::BlockListEntry => self.block_list_entry(),
            State::IndentlessListEntry => self.indentless_list_entry(),
            State::BlockMapKey => self.block_map_key(),
            State::BlockMapValue => self.block_map_value(),
            State::FlowListFirst => self.flow_list_entry(true),
            State::FlowListEntry => self.flow_list_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMapFirst => self.flow_map_key(true),
            State::FlowMapKey => self.flow_map_key(false),
            State::FlowMapValue => self.flow_map_value(),
            State::FlowMapEmptyValue => {
                let at = self.scanner.peek()?.start;
                self.state = State::FlowMapKey;
                Ok(empty(at))
            }
            State::End => {
                let at = self.scanner.peek().map_or(0, |token| token.start);
                Ok(Event::bare(EventKind::DocumentEnd, at, at))
            }
        }
    }

    /// The first token after the document that is content, which go-yaml never reads.
    pub(crate) fn ignored(&mut self) -> Option<Span> {
        loop {
            match self.scanner.peek() {
                Ok(Token { kind: TokenKind::StreamEnd, .. }) => return None,
                Ok(Token { kind: TokenKind::DocumentEnd, .. }) => self.scanner.take(),
                Ok(token) => {
                    return Some(Span { start: token.start, end: token.end.max(token.start + 1) });
                }
                Err(fault) => return Some(fault.into_problem().span),
            }
        }
    }

    fn document_start(&mut self) -> Parsed {
        let first = self.scanner.peek()?;
        match first.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                return self.next();
            }
            TokenKind::VersionDirective
            | TokenKind::OtherVersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart => {}
            _ => {
                self.states.push(State::DocumentEnd);
                return self.node(Context::Block);
            }
        }
        self.directives()?;
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::DocumentStart {
            let what = "after directives a document begins with `---`: add that line";
            return Err(self.wrong(token, what));
        }
        self.scanner.take();
        let token = self.scanner.peek()?;
        self.states.push(State::DocumentEnd);
        match token.kind {
            TokenKind::VersionDirective
            | TokenKind::OtherVersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.finish_node();
                Ok(empty(token.start))
            }
            _ => self.node(Context::Block),
        }
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut version_seen = false;
        loop {
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::VersionDirective | TokenKind::OtherVersionDirective => {
                    if version_seen || token.kind == TokenKind::OtherVersionDirective {
                        let what = "kubectl reads YAML 1.1, once: remove the `%YAML` line";
                        return Err(self.wrong(token, what));
                    }
                    version_seen = true;
                }
                TokenKind::TagDirective => {
                    let handle = token.handle.text(self.text);
                    if self.tag_directives.iter().any(|(known, _)| known.text(self.text) == handle)
                    {
                        let what = "a `%TAG` line repeats a handle: remove it";
                        return Err(self.wrong(token, what));
                    }
                    self.tag_directives.push((token.handle, token.text));
                }
                _ => return Ok(()),
            }
            self.scanner.take();
        }
    }

    fn document_end(&mut self) -> Parsed {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::DocumentEnd {
            self.scanner.take();
        }
        self.state = State::End;
        Ok(Event::bare(EventKind::DocumentEnd, token.start, token.start))
    }

    fn node(&mut self, context: Context) -> Parsed {
        let mut token = self.scanner.peek()?;
        if token.kind == TokenKind::Alias {
            self.finish_node();
            self.scanner.take();
            let event = Event::bare(EventKind::Alias, token.start, token.end);
            return Ok(Event { text: token.text, ..event });
        }
        let mut properties = Properties::default();
        let mut tag = None;
        let mut end = None;
        loop {
            match token.kind {
                TokenKind::Anchor if properties.anchor.is_empty() => {
                    properties.anchor = Span { start: token.text.start, end: token.text.end };
                }
                TokenKind::Tag if tag.is_none() => tag = Some(token),
                _ => break,
            }
            end = Some(token.end);
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        if let Some(token) = tag {
            properties.tag = self.tag(token)?;
        }
        let block = context != Context::Flow;
        let (state, kind, style) = match token.kind {
            TokenKind::Scalar => {
                self.finish_node();
                self.scanner.take();
                let event = Event::bare(EventKind::Scalar, token.start, token.end);
                return Ok(Event { text: token.text, style: token.style, properties, ..event });
            }
            TokenKind::BlockEntry if context == Context::BlockOrIndentlessList => {
                (State::IndentlessListEntry, EventKind::ListStart, Style::Block)
            }
            TokenKind::FlowSequenceStart => {
                (State::FlowListFirst, EventKind::ListStart, Style::Flow)
            }
            TokenKind::FlowMappingStart => (State::FlowMapFirst, EventKind::MapStart, Style::Flow),
            TokenKind::BlockSequenceStart if block => {
                (State::BlockListEntry, EventKind::ListStart, Style::Block)
            }
            TokenKind::BlockMappingStart if block => {
                (State::BlockMapKey, EventKind::MapStart, Style::Block)
            }
            _ => {
                if let Some(end) = end {
                    self.finish_node();
                    return Ok(Event { properties, ..Event::bare(EventKind::Scalar, end, end) });
                }
                let what = "a value is missing here: write one, or remove what asks for it";
                return Err(self.wrong(token, what));
            }
        };
        self.state = state;
        if state != State::IndentlessListEntry {
            self.scanner.take();
        }
        Ok(Event { style, properties, ..Event::bare(kind, token.start, token.end) })
    }

    fn tag(&self, token: Token) -> Result<Tag, Fault> {
        let suffix = self.resolved(token.text);
        let handle = token.handle.text(self.text);
        if handle.is_empty() {
            return Ok(Tag::named("", suffix));
        }
        let directive =
            self.tag_directives.iter().find(|(known, _)| known.text(self.text) == handle);
        match (directive, handle) {
            (Some((_, prefix)), _) => Ok(Tag::named(self.resolved(*prefix), suffix)),
            (None, "!") => Ok(Tag::named("!", suffix)),
            (None, "!!") => Ok(Tag::named(Tag::PREFIX, suffix)),
            _ => Err(self.wrong(token, "this tag's handle is not declared: quote the value")),
        }
    }

    /// What a scalar's text is.
    pub(crate) fn resolved(&self, text: Text) -> &str {
        let source = if text.rewritten { &self.scanner.buffer } else { self.text };
        source.get(text.start as usize..text.end as usize).unwrap_or_default()
    }

    /// Goes back to what the value was expected for.
    fn finish_node(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn wrong(&self, token: Token, what: &'static str) -> Fault {
        let (start, end) = (token.start as usize, token.end as usize);
        let end = if token.kind == TokenKind::Scalar { end } else { start + 1 };
        let end = end.max(start + 1).min(self.text.len()).max(start);
        Fault::new(start, end, ProblemKind::Syntax(what))
    }
}

/// A value that is not there: go-yaml reads it as null.
fn empty(at: u32) -> Event {
    Event::bare(EventKind::Scalar, at, at)
}
