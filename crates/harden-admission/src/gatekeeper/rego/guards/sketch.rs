//! The brackets of a module, and the terms between them.

use super::super::module::{Module, is_keyword};
use super::super::token::{Gap, Kind, Token};
use super::Guard;

/// What a bracket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Call,
    Group,
    Index,
    Made,
    Comprehension { bar: usize },
    Body,
}

/// A module, with what its brackets are for.
pub(super) struct Sketch<'m> {
    pub(super) module: &'m Module<'m>,
    pub(super) tokens: &'m [Token<'m>],
    /// The other bracket of a bracket.
    other: Vec<Option<usize>>,
    /// The bracket that a token is in.
    parent: Vec<Option<usize>>,
    brackets: Vec<Option<Bracket>>,
    pub(super) guards: Vec<Guard>,
}

impl<'m> Sketch<'m> {
    pub(super) fn of(module: &'m Module<'m>) -> Self {
        let tokens = module.tokens.as_slice();
        let nothing = || vec![None; tokens.len()];
        let (mut other, mut parent) = (nothing(), nothing());
        let mut open: Vec<usize> = Vec::new();
        for (at, it) in tokens.iter().enumerate() {
            if is_closing(it) {
                let from = open.pop();
                if let (Some(own), Some(from)) = (other.get_mut(at), from) {
                    *own = Some(from);
                }
                if let Some(own) = from.and_then(|it| other.get_mut(it)) {
                    *own = Some(at);
                }
            }
            if let Some(own) = parent.get_mut(at) {
                *own = open.last().copied();
            }
            if is_opening(it) {
                open.push(at);
            }
        }
        let brackets = vec![None; tokens.len()];
        let mut sketch = Self { module, tokens, other, parent, brackets, guards: Vec::new() };
        for at in 0..tokens.len() {
            let bracket = sketch.classify(at);
            if let Some(own) = sketch.brackets.get_mut(at) {
                *own = bracket;
            }
        }
        sketch
    }

    pub(super) fn token(&self, at: usize) -> Option<&'m Token<'m>> {
        self.tokens.get(at)
    }

    pub(super) fn before(&self, at: usize) -> Option<&'m Token<'m>> {
        at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parent.get(at).copied().flatten()
    }

    pub(super) fn other(&self, at: usize) -> Option<usize> {
        self.other.get(at).copied().flatten()
    }

    pub(super) fn bracket(&self, at: usize) -> Option<Bracket> {
        self.brackets.get(at).copied().flatten()
    }

    fn classify(&self, at: usize) -> Option<Bracket> {
        let it = self.token(at).filter(|it| is_opening(it))?;
        let before = self.before(at);
        let follows = before.is_some_and(ends_term) && it.gap != Gap::Line;
        let is_made = match it.text {
            "(" if follows && it.gap == Gap::None => return Some(Bracket::Call),
            "(" => return Some(Bracket::Group),
            "[" if follows => return Some(Bracket::Index),
            "[" => true,
            _ if self.parent(at).is_none() => before.is_some_and(|it| {
                it.kind == Kind::Sign && !is_closing(it)
                    || it.is_name("contains")
                    || it.is_name("in")
            }),
            _ => !follows && !before.is_some_and(|it| it.is_name("if") || it.is_name("else")),
        };
        if !is_made {
            return Some(Bracket::Body);
        }
        let end = self.other(at).unwrap_or(at);
        let bar = (at..end).find(|place| {
            self.parent(*place) == Some(at) && self.token(*place).is_some_and(|it| it.is_sign("|"))
        });
        Some(bar.map_or(Bracket::Made, |bar| Bracket::Comprehension { bar }))
    }

    /// Where the term begins that ends at a token.
    pub(super) fn term_before(&self, last: usize) -> Option<usize> {
        let mut first = last;
        loop {
            if self.token(first).is_some_and(is_closing) {
                first = self.other(first)?;
                if !matches!(self.bracket(first)?, Bracket::Call | Bracket::Index) {
                    return Some(first);
                }
                first = first.checked_sub(1)?;
                continue;
            }
            let dot = first.checked_sub(1).filter(|it| {
                self.token(*it).is_some_and(|it| it.is_sign(".") && it.gap == Gap::None)
            });
            match dot {
                Some(dot) => first = dot.checked_sub(1)?,
                None => return Some(first),
            }
        }
    }

    /// Where the term ends that begins at a token.
    pub(super) fn term_after(&self, first: usize) -> Option<usize> {
        let it = self.token(first)?;
        if is_opening(it) {
            return self.other(first);
        }
        let mut last = first;
        loop {
            let next = self.token(last + 1);
            let is_near = next.is_some_and(|it| it.gap == Gap::None);
            if is_near && next.is_some_and(|it| it.is_sign(".")) {
                last += 2;
            } else if matches!(self.bracket(last + 1), Some(Bracket::Call | Bracket::Index)) {
                last = self.other(last + 1)?;
            } else {
                return Some(last);
            }
        }
    }

    /// What is between the commas of a bracket, by its first and last token.
    pub(super) fn parts(&self, at: usize) -> Vec<(usize, usize)> {
        let end = self.other(at).unwrap_or(at);
        let commas = (at + 1..end).filter(|place| {
            self.parent(*place) == Some(at) && self.token(*place).is_some_and(|it| it.is_sign(","))
        });
        let mut parts = Vec::new();
        let mut first = at + 1;
        for next in commas.chain([end]) {
            if next > first {
                parts.push((first, next - 1));
            }
            first = next + 1;
        }
        parts
    }
}

pub(super) fn is_equation(it: &Token<'_>) -> bool {
    it.is_sign("=") || it.is_sign(":=")
}

pub(super) fn is_opening(it: &Token<'_>) -> bool {
    it.kind == Kind::Sign && matches!(it.text, "(" | "[" | "{")
}

pub(super) fn is_closing(it: &Token<'_>) -> bool {
    it.kind == Kind::Sign && matches!(it.text, ")" | "]" | "}")
}

pub(super) fn ends_term(it: &Token<'_>) -> bool {
    match it.kind {
        Kind::Name => !is_keyword(it.text),
        Kind::Number | Kind::Text => true,
        Kind::Sign => is_closing(it),
    }
}
