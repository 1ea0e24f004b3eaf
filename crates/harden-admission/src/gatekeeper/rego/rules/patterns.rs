//! Patterns of objects: in OPA an object fits one that has all its keys, to `regorus` one that has some.

use std::collections::BTreeMap;

use super::super::Refusal;
use super::super::module::{Module, is_keyword};
use super::super::token::{Gap, Kind, Token};

/// Finds patterns that have keys.
///
/// # Errors
///
/// There may be one: what fits it is not known here.
pub(super) fn check(module: &Module<'_>) -> Result<(), Refusal> {
    let tokens = module.tokens.as_slice();
    let mut known = Known::default();
    let mut depth = 0usize;
    for (at, it) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        if depth == 0 && it.gap == Gap::Line {
            known = Known::default();
        }
        match it.text {
            "{" | "[" | "(" if it.kind == Kind::Sign => depth += 1,
            "}" | "]" | ")" if it.kind == Kind::Sign => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_equation = it.kind == Kind::Sign && matches!(it.text, "=" | ":=");
        let is_pattern = is_equation
            && depth > 0
            && (before.is_some_and(|it| it.is_sign("}") || it.is_sign("]"))
                && is_object_pattern(left(tokens, at), &known)
                || it.text == "=" && is_object_pattern(right(tokens, at + 1), &known));
        let is_argument = it.is_sign("{")
            && before.is_some_and(|it| it.is_sign("(") || it.is_sign(","))
            && is_in_head(tokens, at);
        if is_pattern || is_argument {
            let what = module.located(it.at, "a pattern of an object");
            return Err(Refusal::NotJudged(what));
        }
        known.add(it, depth);
    }
    Ok(())
}

/// The names of a rule, and where each is first: values of a function, and what is in its bodies.
#[derive(Default)]
struct Known<'m> {
    names: BTreeMap<&'m str, usize>,
    is_function: bool,
    is_body: bool,
}

impl<'m> Known<'m> {
    fn add(&mut self, it: &Token<'m>, depth: usize) {
        // The first bracket tells a function, the first brace at the top its body.
        self.is_function |= !self.is_body && depth == 1 && it.is_sign("(");
        self.is_body |= depth == 1 && it.is_sign("{");
        if it.kind == Kind::Name && (self.is_body || self.is_function) {
            self.names.entry(it.text).or_insert(it.at);
        }
    }

    /// Whether a name is there before a place.
    fn has(&self, name: &str, place: usize) -> bool {
        self.names.get(name).is_some_and(|at| *at < place)
    }
}

/// The list, set or object that ends before a token.
fn left<'t>(tokens: &'t [Token<'t>], at: usize) -> &'t [Token<'t>] {
    let mut depth = 0usize;
    for start in (0..at).rev() {
        match tokens.get(start) {
            Some(it) if it.kind == Kind::Sign && matches!(it.text, "}" | "]" | ")") => depth += 1,
            Some(it) if it.kind == Kind::Sign && matches!(it.text, "{" | "[" | "(") => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    // `a[x] = y` is no pattern.
                    let is_index = it.gap == Gap::None && it.text == "[";
                    return if is_index { &[] } else { tokens.get(start..at).unwrap_or_default() };
                }
            }
            _ => {}
        }
    }
    &[]
}

/// The list, set or object that begins at a token.
fn right<'t>(tokens: &'t [Token<'t>], start: usize) -> &'t [Token<'t>] {
    if !tokens.get(start).is_some_and(|it| it.is_sign("{") || it.is_sign("[")) {
        return &[];
    }
    let mut depth = 0usize;
    for (at, it) in tokens.iter().enumerate().skip(start) {
        match it.text {
            "{" | "[" | "(" if it.kind == Kind::Sign => depth += 1,
            "}" | "]" | ")" if it.kind == Kind::Sign => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return tokens.get(start..=at).unwrap_or_default();
                }
            }
            _ => {}
        }
    }
    &[]
}

/// Whether something has keys, and a variable that is not known before.
fn is_object_pattern(tokens: &[Token<'_>], known: &Known<'_>) -> bool {
    let place = tokens.first().map_or(0, |it| it.at);
    let has_keys = tokens.iter().any(|it| it.is_sign(":"));
    let is_comprehension = tokens.iter().any(|it| it.is_sign("|"));
    let is_new = |it: &Token<'_>| {
        it.kind == Kind::Name
            && !is_keyword(it.text)
            && !matches!(it.text, "true" | "false" | "null" | "input" | "data")
    };
    let names = tokens.iter().enumerate().filter(|(at, it)| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        is_new(it) && !before.is_some_and(|it| it.is_sign("."))
    });
    has_keys
        && !is_comprehension
        && names.into_iter().any(|(_, it)| it.text == "_" || !known.has(it.text, place))
}

/// Whether a bracket is among the values that a function takes.
fn is_in_head(tokens: &[Token<'_>], at: usize) -> bool {
    let mut depth = 0usize;
    for it in tokens.get(..at).unwrap_or_default() {
        match it.text {
            "{" | "[" | "(" if it.kind == Kind::Sign => depth += 1,
            "}" | "]" | ")" if it.kind == Kind::Sign => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if depth != 1 {
        return false;
    }
    // The bracket that it is in follows the name of a rule.
    let mut open = 1usize;
    for start in (0..at).rev() {
        match tokens.get(start) {
            Some(it) if it.kind == Kind::Sign && matches!(it.text, "}" | "]" | ")") => open += 1,
            Some(it) if it.kind == Kind::Sign && matches!(it.text, "{" | "[" | "(") => {
                open = open.saturating_sub(1);
                if open == 0 {
                    let name = start.checked_sub(1).and_then(|at| tokens.get(at));
                    return it.is_sign("(") && name.is_some_and(|it| it.gap == Gap::Line);
                }
            }
            _ => {}
        }
    }
    false
}
