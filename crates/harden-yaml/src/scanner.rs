//! Text to tokens, by the rules of go-yaml v2, whose verdicts decide what the API server sees.

mod block;
mod cursor;
mod directive;
mod fetch;
mod key;
mod plain;
mod property;
mod queue;
mod quoted;

use crate::problem::Fault;
use crate::scanner::cursor::Cursor;
use crate::scanner::key::SimpleKey;
use crate::scanner::queue::Queue;
use crate::span::offset;
use crate::{Span, Style};

/// go-yaml's limit for block indents and for flow levels, each.
pub(crate) const MAX_DEPTH: usize = 10_000;

/// What ends the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Only a line break that is there.
    AsWritten,
    /// A line break in any case, which kubectl's reader adds.
    LineBreak,
}

/// The value of a scalar: a part of the source, or of the buffer where escapes and folds are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) rewritten: bool,
}

/// A token, kept small because every one is moved a few times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) style: Style,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// A scalar's value, an anchor's or alias's name, a tag's suffix, a directive's prefix.
    pub(crate) text: Text,
    /// A tag's or a directive's handle.
    pub(crate) handle: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    StreamEnd,
    /// Of YAML 1.1.
    VersionDirective,
    /// Of any other version.
    OtherVersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    FlowEntry,
    BlockEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

impl Token {
    /// A token that is no more than its kind.
    fn bare(kind: TokenKind, start: usize, end: usize) -> Self {
        let at = offset(start);
        let text = Text { start: at, end: at, rewritten: false };
        let handle = Span::default();
        Self { kind, style: Style::Plain, start: at, end: offset(end), text, handle }
    }
}

pub(crate) struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// What escapes and folds make of scalars.
    pub(crate) buffer: String,
    pub(crate) comments: Vec<Span>,
    flow_level: usize,
    indent: isize,
    indents: Vec<isize>,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    tokens: Queue,
    taken: usize,
    /// Whether the first token is certain to stay the first.
    settled: bool,
    ended: bool,
}

type Scanned<T = ()> = Result<T, Fault>;

impl<'a> Scanner<'a> {
    /// Scans the part of `text` that `span` covers, as if nothing else were there.
    pub(crate) fn new(text: &'a str, span: Span, ending: Ending) -> Self {
        Self {
            cursor: Cursor::new(text, span, ending),
            buffer: String::new(),
            comments: Vec::new(),
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            tokens: Queue::default(),
            taken: 0,
            settled: false,
            ended: false,
        }
    }

    /// The next token, which stays until it is taken.
    #[inline]
    pub(crate) fn peek(&mut self) -> Scanned<Token> {
        if !self.settled {
            self.settle()?;
        }
        let at = self.cursor.position;
        Ok(self.tokens.front().unwrap_or_else(|| Token::bare(TokenKind::StreamEnd, at, at)))
    }

    /// Scans until it is certain which token is next.
    fn settle(&mut self) -> Scanned {
        while self.tokens.is_empty() || self.may_become_key()? {
            if self.ended {
                break;
            }
            self.fetch()?;
        }
        self.settled = true;
        Ok(())
    }

    /// Drops the token that `peek` showed.
    pub(crate) fn take(&mut self) {
        if self.tokens.pop_front() {
            self.taken += 1;
            self.settled = false;
        }
    }

    /// Whether a later `:` could still put a key in front of the first token.
    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token::bare(kind, start, self.cursor.position));
    }

    fn push_scalar(&mut self, text: Text, style: Style, start: usize, end: usize) {
        let token = Token::bare(TokenKind::Scalar, start, end);
        self.tokens.push(Token { style, text, ..token });
    }

    /// Puts a token of no width before the token numbered `number`, or last.
    fn insert(&mut self, kind: TokenKind, at: usize, number: Option<usize>) {
        let token = Token::bare(kind, at, at);
        match number.and_then(|number| number.checked_sub(self.taken)) {
            Some(index) if index <= self.tokens.len() => self.tokens.insert(index, token),
            _ => self.tokens.push(token),
        }
    }

    fn skip_to_next_token(&mut self) {
        loop {
            loop {
                self.cursor.skip_spaces();
                if self.cursor.peek(0) != b'\t' || (self.flow_level == 0 && self.simple_key_allowed)
                {
                    break;
                }
                self.cursor.position += 1;
            }
            self.skip_comment();
            if !self.cursor.skip_line() {
                return;
            }
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    /// Skips and records a comment, if one begins here.
    fn skip_comment(&mut self) {
        if self.cursor.peek(0) == b'#' {
            let start = self.cursor.position;
            self.cursor.skip_to_line_end();
            self.comments.push(Span::new(start, self.cursor.position));
        }
    }

    /// The column that continued plain text must reach.
    fn child_column(&self) -> isize {
        self.indent + 1
    }
}
