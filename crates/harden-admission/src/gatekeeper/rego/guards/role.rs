//! Whether a list, set or object is made where it is written, or taken apart.

use std::collections::BTreeSet;

use super::super::module::is_keyword;
use super::super::token::{Gap, Kind, Token};
use super::sketch::{Bracket, Sketch, is_equation};

/// What a list is written for.
pub(super) enum Role {
    Value,
    Pattern,
    Unknown,
}

#[derive(Default)]
struct Known<'m> {
    mentioned: BTreeSet<&'m str>,
    /// Those that have a value, whatever comes later.
    bound: BTreeSet<&'m str>,
}

impl<'m> Sketch<'m> {
    /// What a list, set or object is written for.
    pub(super) fn role(&self, at: usize, end: usize) -> Role {
        let Some(before) = self.before(at) else { return Role::Pattern };
        let parent = self.parent(at);
        let after = self.token(end + 1);
        match parent.and_then(|it| self.bracket(it)) {
            // What it is in is measured, or is a pattern.
            Some(Bracket::Made | Bracket::Index) => return Role::Pattern,
            Some(Bracket::Comprehension { bar }) if at < bar => return Role::Pattern,
            Some(Bracket::Call) => {
                let is_head = parent.and_then(|it| it.checked_sub(1)).is_some_and(|it| {
                    self.parent(it).is_none()
                        && self.token(it).is_some_and(|it| it.gap == Gap::Line)
                });
                let is_walk = parent
                    .and_then(|it| it.checked_sub(1))
                    .and_then(|it| self.token(it))
                    .is_some_and(|it| it.is_name("walk"));
                return if is_head || is_walk { Role::Pattern } else { Role::Value };
            }
            Some(Bracket::Group) => return Role::Value,
            _ => {}
        }
        if parent.is_none() {
            // The value of a rule; that of a default is written there as it is.
            let is_default = self
                .tokens
                .get(..at)
                .and_then(|it| it.iter().rposition(|it| it.gap == Gap::Line))
                .and_then(|it| self.token(it))
                .is_some_and(|it| it.is_name("default"));
            return if is_default { Role::Pattern } else { Role::Value };
        }
        let is_value =
            matches!(before.text, ":=" | "==" | "!=" | "&" | "-" | "<" | ">" | "<=" | ">=")
                || before.is_sign("|") && self.bar_of(at) != at.checked_sub(1)
                || before.is_name("in")
                || before.is_name("as");
        match after {
            _ if is_value => Role::Value,
            Some(it) if it.is_sign(":=") && it.gap != Gap::Line => Role::Pattern,
            Some(it) if it.is_sign("=") => self.equated(at, end, end + 2),
            _ if before.is_sign("=") => match at.checked_sub(2) {
                Some(last) => self.equated(at, end, last),
                None => Role::Pattern,
            },
            _ => Role::Pattern,
        }
    }

    fn bar_of(&self, at: usize) -> Option<usize> {
        match self.parent(at).and_then(|it| self.bracket(it)) {
            Some(Bracket::Comprehension { bar }) => Some(bar),
            _ => None,
        }
    }

    /// What a list is on one side of `=`, with a token of the other side: it is taken apart where the other side is
    /// known, and made where its own elements are.
    fn equated(&self, at: usize, end: usize, other: usize) -> Role {
        let own = self.tokens.get(at..=end).unwrap_or_default();
        let known = self.known(at.min(other));
        let unknown: BTreeSet<&str> = own
            .iter()
            .enumerate()
            .filter(|(place, it)| {
                let before = place.checked_sub(1).and_then(|it| own.get(it));
                is_variable(it) && !before.is_some_and(|it| it.is_sign("."))
            })
            .map(|(_, it)| it.text)
            .filter(|it| !known.mentioned.contains(it))
            .collect();
        if unknown.is_empty() {
            return Role::Value;
        }
        let Some(name) = self.token(other).filter(|it| is_variable(it)) else {
            return Role::Pattern;
        };
        let is_path =
            self.term_after(other) != Some(other) || self.term_before(other) != Some(other);
        if is_path || known.bound.contains(name.text) {
            return Role::Pattern;
        }
        let (first, last) = self.rule(at);
        let is_given = |(place, it): (usize, &Token<'_>)| {
            let near = [place.checked_sub(1), Some(place + 1)];
            let by_sign =
                near.into_iter().flatten().any(|it| self.token(it).is_some_and(is_equation));
            unknown.contains(it.text)
                && it.kind == Kind::Name
                && (place < at || place > end)
                && by_sign
        };
        let rule = self.tokens.iter().enumerate().take(last).skip(first);
        let is_given = rule.into_iter().any(is_given);
        match (known.mentioned.contains(name.text), is_given) {
            (false, _) if !unknown.contains("_") => Role::Value,
            (_, false) => Role::Pattern,
            (_, true) => Role::Unknown,
        }
    }

    /// The rule that a token is in.
    fn rule(&self, at: usize) -> (usize, usize) {
        let begins = |place: &usize| {
            self.parent(*place).is_none()
                && self.token(*place).is_some_and(|it| it.gap == Gap::Line && it.kind == Kind::Name)
        };
        let first = (0..=at).rev().find(begins).unwrap_or(0);
        let last = (at + 1..self.tokens.len()).find(begins).unwrap_or(self.tokens.len());
        (first, last)
    }

    /// The names of a rule before a token.
    fn known(&self, at: usize) -> Known<'m> {
        let (first, _) = self.rule(at);
        let mut known = Known::default();
        for place in first..at {
            let Some(it) = self.token(place).filter(|it| is_variable(it)) else { continue };
            known.mentioned.insert(it.text);
            let is_assigned = self.token(place + 1).is_some_and(|it| it.is_sign(":="));
            let is_argument = self.parent(place).is_some_and(|it| {
                self.parent(it).is_none() && self.bracket(it) == Some(Bracket::Call)
            });
            let is_declared = self.token(place + 1).is_some_and(|it| it.is_name("in"));
            if is_assigned || is_argument || is_declared {
                known.bound.insert(it.text);
            }
        }
        known
    }
}

fn is_variable(it: &Token<'_>) -> bool {
    it.kind == Kind::Name
        && !is_keyword(it.text)
        && !matches!(it.text, "true" | "false" | "null" | "input" | "data")
}
