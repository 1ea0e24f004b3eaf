//! The condition of a rule or macro: text read by the grammar of Falco's filter parser.
//!
//! See `userspace/libsinsp/filter/parser.cpp` in falcosecurity/libs; [`Condition`] is displayed in the
//! canonical form of `ast::as_string` there, and a [`Problem`] has that parser's words.

mod lexer;
mod operator;
mod parser;
mod quoting;
#[cfg(test)]
mod tests;
mod text;

pub use operator::{Family, Modifier, Operator, Transformation};
use quoting::quoted;

/// How deep Falco's loader lets conditions nest.
pub const DEPTH: usize = 1000;

/// Bytes of the text of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub start: usize,
    /// The first after them.
    pub end: usize,
}

/// A condition, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Where it is.
    pub span: Span,
    /// What it says.
    pub kind: Kind,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Every one of these holds; two or more.
    And(Vec<Condition>),
    /// One of these holds; two or more.
    Or(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// The field has a value.
    Exists(Term),
    /// A comparison.
    Check(Box<Check>),
    /// The macro of this name.
    Macro(String),
}

/// A comparison of a field with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// A field, or what is made of fields.
    pub left: Term,
    /// How it is compared.
    pub operator: Operator,
    /// Which of the values have to compare so.
    pub modifier: Option<Modifier>,
    /// What it is compared with.
    pub right: Term,
}

/// One side of a comparison, or an argument of a transformation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// What a field says of the event.
    Field(Field),
    /// What a transformation makes of its arguments.
    Transformed {
        /// The transformation.
        by: Transformation,
        /// Its arguments; never empty.
        arguments: Vec<Term>,
        /// What is in brackets after it.
        argument: Option<String>,
    },
    /// A text. Bytes that are escaped and are no UTF-8 are replaced.
    Value(String),
    /// A list of texts.
    Values(Vec<String>),
    /// A list among the arguments of a transformation.
    List(Vec<Term>),
}

/// A field of an event: `proc.aname[2]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What is in brackets after it.
    pub argument: Option<String>,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {text}")]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in bytes.
    pub column: usize,
    /// The offset of the byte.
    pub offset: usize,
    /// Falco's words for it.
    pub text: String,
}

impl Condition {
    /// Reads a condition as Falco's loader does, or says what its parser would.
    pub fn read(text: &str) -> Result<Self, Problem> {
        Self::read_within(text, DEPTH)
    }

    /// Reads a condition that may nest as deep as this: the parser by itself takes 100 calls, Falco's
    /// loader lets it take [`DEPTH`].
    pub fn read_within(text: &str, depth: usize) -> Result<Self, Problem> {
        parser::parse(text, depth)
    }

    /// Shows every part of the condition, itself included, outer ones first.
    pub fn visit<'c>(&'c self, see: &mut dyn FnMut(&'c Self)) {
        see(self);
        match &self.kind {
            Kind::And(all) | Kind::Or(all) => all.iter().for_each(|it| it.visit(see)),
            Kind::Not(inner) => inner.visit(see),
            Kind::Exists(_) | Kind::Check(_) | Kind::Macro(_) => {}
        }
    }

    /// Shows every term in the condition, those in transformations included.
    pub fn visit_terms<'c>(&'c self, see: &mut dyn FnMut(&'c Term)) {
        self.visit(&mut |it| match &it.kind {
            Kind::Exists(term) => term.visit(see),
            Kind::Check(check) => {
                check.left.visit(see);
                check.right.visit(see);
            }
            _ => {}
        });
    }
}

impl Term {
    fn visit<'c>(&'c self, see: &mut dyn FnMut(&'c Self)) {
        see(self);
        match &self.kind {
            TermKind::Transformed { arguments: inner, .. } | TermKind::List(inner) => {
                inner.iter().for_each(|it| it.visit(see));
            }
            TermKind::Field(_) | TermKind::Value(_) | TermKind::Values(_) => {}
        }
    }
}

/// The line and column of a byte of a text as Falco counts them: from 1, in bytes, and a carriage return
/// ends a line as a line feed does.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let is_end = |it: &u8| matches!(it, b'\r' | b'\n');
    let line = before.iter().filter(|it| is_end(it)).count() + 1;
    let column = before.iter().rev().take_while(|it| !is_end(it)).count() + 1;
    (line, column)
}
