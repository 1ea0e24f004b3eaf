//! Names with `*`, which is any text, and `?`, which is any character.

use std::str::Chars;

use super::budget::{Budget, Exhausted};

/// A text with wildcards, or without.
#[derive(Debug, Clone)]
pub(crate) enum Wildcard {
    /// No wildcard is in it.
    Literal(Box<str>),
    /// Its characters.
    Pattern(Box<[char]>),
}

/// Whether a wildcard is in the text.
pub(crate) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

impl Wildcard {
    pub(crate) fn new(text: &str) -> Self {
        if is_wild(text) {
            Self::Pattern(text.chars().collect())
        } else {
            Self::Literal(text.into())
        }
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Literal(text) => text.to_string(),
            Self::Pattern(characters) => characters.iter().collect(),
        }
    }

    /// Whether the whole text is as this says.
    pub(in crate::kyverno::pattern) fn matches(
        &self,
        text: &str,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        match self {
            Self::Literal(literal) => Ok(**literal == *text),
            Self::Pattern(pattern) => matches(pattern, text, budget),
        }
    }
}

/// Whether a text is as a pattern asks; one that takes too long to say is not.
pub(crate) fn matches_text(pattern: &str, text: &str) -> bool {
    if !is_wild(pattern) {
        return pattern == text;
    }
    Wildcard::new(pattern).matches(text, &mut Budget::default()).unwrap_or(false)
}

/// Only the last `*` is ever tried again, so it takes the product of the lengths at most.
fn matches(pattern: &[char], text: &str, budget: &mut Budget) -> Result<bool, Exhausted> {
    let mut rest = text.chars();
    let mut at = 0;
    let mut star: Option<(usize, Chars<'_>)> = None;
    loop {
        budget.spend(1)?;
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                if at == pattern.len() {
                    return Ok(true);
                }
                star = Some((at, rest.clone()));
                continue;
            }
            Some(expected) => {
                let mut next = rest.clone();
                if next.next().is_some_and(|it| *expected == '?' || it == *expected) {
                    rest = next;
                    at += 1;
                    continue;
                }
            }
            None if rest.as_str().is_empty() => return Ok(true),
            None => {}
        }
        let Some((after, from)) = &mut star else { return Ok(false) };
        if from.next().is_none() {
            return Ok(false);
        }
        rest = from.clone();
        at = *after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Wildcard::new(pattern).matches(text, &mut Budget::default()).expect(pattern)
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("**", "ab"),
            ("?*", "é"),
            ("a*c", "abcabc"),
            ("*b?", "abbc"),
            ("nginx:?.*", "nginx:1.25"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("?", ""), ("?", "ab"), ("a*c", "ab"), ("*b?", "ab"), ("a", "A")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "a*".repeat(500) + "b";
        assert!(!matches(&pattern, &"a".repeat(5000)));
    }

    #[test]
    fn what_takes_too_long_ends() {
        let pattern = format!("*{}b", "a".repeat(20_000));
        let text = "a".repeat(40_000);
        let result = Wildcard::new(&pattern).matches(&text, &mut Budget::default());
        assert_eq!(result, Err(Exhausted));
    }
}
