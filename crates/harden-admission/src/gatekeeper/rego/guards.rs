//! Calls of our own around what may grow: `regorus` bounds steps, and not what one step makes or looks at.
//!
//! Numbers grow by operators, texts and lists by functions, and a list that holds another twice is twice as large
//! at no cost. So operands, what functions are given, and what lists, sets and objects are made of are given
//! through functions that measure them: see [`super::limits`].

mod role;
mod sketch;

use std::cmp::Reverse;

use super::Refusal;
use super::functions::{Growth, growth};
use super::module::{Module, is_keyword};
use super::token::{Gap, Kind, Token};
use role::Role;
use sketch::{Bracket, Sketch, ends_term, is_equation, is_opening};

/// A part of a module that is given through a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guard {
    from: usize,
    to: usize,
    by: Growth,
}

/// A call or its end, and where it is put.
pub(super) type Mark = (usize, &'static str);

/// All calls that begin and all that end in a part of a text, in order.
pub(super) fn marks(guards: &[Guard], from: usize, to: usize) -> Vec<Mark> {
    let mut all: Vec<(usize, bool, Reverse<usize>, &'static str)> = Vec::new();
    for it in guards {
        if (from..to).contains(&it.from) {
            all.push((it.from, true, Reverse(it.to), it.by.opening()));
        }
        if from < it.to && it.to <= to {
            all.push((it.to, false, Reverse(it.from), ")"));
        }
    }
    all.sort_unstable();
    all.into_iter().map(|(at, _, _, text)| (at, text)).collect()
}

/// What of a module is given through functions.
///
/// # Errors
///
/// A number of a size that nothing is computed with here, or a list of which nobody can say whether it is made or
/// taken apart.
pub(super) fn guards(module: &Module<'_>) -> Result<Vec<Guard>, Refusal> {
    let tokens = module.tokens.as_slice();
    for it in tokens {
        let is_reserved =
            it.kind == Kind::Name && Growth::ALL.iter().any(|by| by.name() == it.text);
        if is_reserved || it.kind == Kind::Number && is_huge(it.text) {
            let what = module.located(it.at, "a number or a name that is not taken here,");
            return Err(Refusal::NotJudged(what));
        }
    }
    let mut sketch = Sketch::of(module);
    for at in 0..tokens.len() {
        sketch.guard_operands(at);
        sketch.guard_call(at);
        sketch.guard_head(at);
        sketch.guard_made(at)?;
    }
    sketch.guards.sort_unstable();
    sketch.guards.dedup();
    Ok(sketch.guards)
}

/// Whether a written number is beyond what floats hold.
pub(super) fn is_huge(text: &str) -> bool {
    const DIGITS: usize = 300;
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let exponent = exponent.trim_start_matches(['+', '-']).trim_start_matches('0');
    digits.len() > DIGITS || exponent.len() > 3 || exponent.parse().unwrap_or(0) > DIGITS
}

impl Sketch<'_> {
    /// Gives what is between two tokens, both with it, through a function, unless it is all written there.
    fn guard(&mut self, first: usize, last: usize, by: Growth) {
        let part = self.tokens.get(first..=last).unwrap_or_default();
        let is_open =
            |it: &Token<'_>| it.kind == Kind::Name && !matches!(it.text, "true" | "false" | "null");
        if part.iter().any(is_open) {
            self.give(first, last, by);
        }
    }

    fn give(&mut self, first: usize, last: usize, by: Growth) {
        if let (Some(first), Some(last)) = (self.token(first), self.token(last)) {
            self.guards.push(Guard { from: first.at, to: last.end(), by });
        }
    }

    /// What is on both sides of an operator.
    fn guard_operands(&mut self, at: usize) {
        const OPERATORS: [&str; 11] = ["+", "-", "*", "/", "%", "<", ">", "<=", ">=", "&", "|"];
        let Some(it) = self.token(at).filter(|it| it.kind == Kind::Sign) else { return };
        let is_bar = self.parent(at).and_then(|it| self.bracket(it))
            == Some(Bracket::Comprehension { bar: at });
        if is_bar || !OPERATORS.contains(&it.text) || !self.before(at).is_some_and(ends_term) {
            return;
        }
        let left = at.saturating_sub(1);
        if let Some(first) = self.term_before(left) {
            self.guard(first, left, Growth::Whole);
        }
        let mut right = at + 1;
        while self.token(right).is_some_and(|it| it.is_sign("-")) {
            right += 1;
        }
        if let Some(last) = self.term_after(right) {
            self.guard(right, last, Growth::Whole);
        }
    }

    /// What a function is given that makes or looks at more than one value.
    fn guard_call(&mut self, at: usize) {
        if self.bracket(at) != Some(Bracket::Call) {
            return;
        }
        let Some(last) = at.checked_sub(1) else { return };
        let Some(name) = self.term_before(last).and_then(|first| self.tokens.get(first..=last))
        else {
            return;
        };
        let name: String = name.iter().map(|it| it.text).collect();
        let Some(by) = growth(&name) else { return };
        let parts = self.parts(at);
        // The second of `walk` is what it binds.
        let count = if name == "walk" { 1 } else { parts.len() };
        for (first, last) in parts.into_iter().take(count) {
            self.give(first, last, by);
        }
    }

    /// What a rule adds to a set or an object: `p[key] = value`, `p contains value`.
    fn guard_head(&mut self, at: usize) {
        let Some(it) = self.token(at) else { return };
        let begins = it.kind == Kind::Name
            && self.parent(at).is_none()
            && it.gap == Gap::Line
            && !is_keyword(it.text);
        if !begins {
            return;
        }
        let mut next = at + 1;
        let mut is_partial = false;
        while let Some(it) = self.token(next) {
            match self.bracket(next) {
                Some(Bracket::Index) => {
                    is_partial = true;
                    let Some(end) = self.other(next) else { return };
                    if end > next + 1 {
                        self.guard(next + 1, end - 1, Growth::Whole);
                    }
                    next = end + 1;
                    continue;
                }
                Some(Bracket::Call | Bracket::Body) => return,
                _ => {}
            }
            let is_value = it.is_name("contains") || is_partial && is_equation(it);
            if is_value {
                return self.guard_value(next + 1);
            }
            if !(it.is_sign(".") || it.kind == Kind::Name && it.gap == Gap::None) {
                return;
            }
            next += 1;
        }
    }

    /// The value of a rule, up to its body.
    fn guard_value(&mut self, first: usize) {
        let mut end = first;
        while let Some(it) = self.token(end) {
            let ends = it.is_name("if")
                || self.bracket(end) == Some(Bracket::Body)
                || end > first && it.gap == Gap::Line && self.before(end).is_some_and(ends_term);
            if ends {
                break;
            }
            end = if is_opening(it) { self.other(end).unwrap_or(end) } else { end } + 1;
        }
        if end > first {
            self.guard(first, end - 1, Growth::Whole);
        }
    }

    /// A list, set or object that is made, and what comprehensions make theirs of.
    fn guard_made(&mut self, at: usize) -> Result<(), Refusal> {
        let Some(end) = self.other(at) else { return Ok(()) };
        match self.bracket(at) {
            Some(Bracket::Comprehension { bar }) => {
                let colon = (at..bar).find(|place| {
                    self.parent(*place) == Some(at)
                        && self.token(*place).is_some_and(|it| it.is_sign(":"))
                });
                let mut first = at + 1;
                for next in colon.into_iter().chain([bar]) {
                    if next > first {
                        self.guard(first, next - 1, Growth::Whole);
                    }
                    first = next + 1;
                }
            }
            Some(Bracket::Made) => match self.role(at, end) {
                Role::Value => self.guard(at, end, Growth::Whole),
                Role::Pattern => {}
                Role::Unknown => {
                    let place = self.token(at).map_or(0, |it| it.at);
                    let what =
                        "a list of which it is not known here whether it is made or taken apart";
                    return Err(Refusal::NotJudged(self.module.located(place, what)));
                }
            },
            _ => {}
        }
        Ok(())
    }
}
