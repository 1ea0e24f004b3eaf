//! Regular expressions: those that the server's engine and ours read alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_lite::Regex;

use super::{Budget, Failure, Result, Value};

pub(super) fn call(name: &str, args: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    let [Value::String(text), Value::String(pattern), rest @ ..] = args else { return None };
    if !matches!((name, rest), ("matches" | "find", []) | ("findAll", [] | [Value::Int(_)])) {
        return None;
    }
    Some(evaluate(name, text, pattern, rest, budget))
}

fn evaluate(
    name: &str,
    text: &str,
    pattern: &str,
    rest: &[Value],
    budget: &mut Budget,
) -> Result<Value> {
    let states = pattern.len().saturating_mul(repetitions(pattern).unwrap_or(1));
    budget.take(states.saturating_mul(text.len() + 64) / 16)?;
    let patterns = Arc::clone(&budget.patterns);
    let compiled;
    let regex = if let Some(regex) = patterns.get(pattern) {
        regex
    } else {
        compiled = regex(pattern)?;
        &compiled
    };
    Ok(match (name, rest) {
        ("matches", _) => Value::Bool(regex.is_match(text)),
        ("find", _) => Value::text(regex.find(text).map_or("", |it| it.as_str())),
        (_, rest) => {
            let count = match rest {
                [Value::Int(it)] => usize::try_from(*it).unwrap_or(usize::MAX),
                _ => usize::MAX,
            };
            let found = regex.find_iter(text).take(count).map(|it| Value::text(it.as_str()));
            Value::list(found.collect())
        }
    })
}

/// Compiled regular expressions, by their text.
pub(in super::super) type Patterns = BTreeMap<String, Regex>;

/// How often the server's engine repeats something at most.
const MOST: usize = 1000;
/// The longest pattern that is read.
const LENGTH: usize = 4096;

/// Compiles a pattern: an error where the server has one, not judged where the two engines may differ.
pub(crate) fn regex(pattern: &str) -> Result<Regex> {
    if pattern.len() > LENGTH {
        return Failure::not_judged("a very long regular expression");
    }
    scan(pattern)?;
    Regex::new(pattern).or_else(|_| {
        let kept = balanced(pattern);
        if kept { Failure::not_judged("a regular expression") } else { illegal() }
    })
}

fn illegal<T>() -> Result<T> {
    Failure::error("error parsing regexp")
}

/// Whether all groups and classes are closed; those that are not are refused by every engine.
fn balanced(pattern: &str) -> bool {
    let (mut depth, mut in_class) = (0_i32, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next().is_none() => return false,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !in_class
}

/// Looks for what only one of the engines takes, or both take in another way.
fn scan(pattern: &str) -> Result<()> {
    let unlike = |what: &str| Failure::not_judged(format!("a regular expression with {what}"));
    if pattern.contains("(?<!")
        || pattern.contains("(?<=")
        || pattern.contains("(?=")
        || pattern.contains("(?!")
    {
        return illegal();
    }
    if repetitions(pattern).is_none() {
        return unlike("braces");
    }
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut previous = ' ';
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                None | Some('1'..='9') => return illegal(),
                Some('d' | 'D' | 'w' | 'W' | 'n' | 't' | 'r') => {}
                Some('b' | 'B' | 'A' | 'z') if !in_class => {}
                Some('s') if !pattern.contains('\u{b}') => {}
                Some(escaped)
                    if escaped.is_ascii_punctuation() && escaped != '<' && escaped != '>' => {}
                _ => return unlike("an escape that is rare"),
            },
            '[' if in_class => return unlike("a class within a class"),
            '[' => {
                in_class = true;
                if chars.peek() == Some(&'^') {
                    chars.next();
                }
                if chars.peek() == Some(&']') {
                    return unlike("a class that begins with a bracket");
                }
            }
            ']' => in_class = false,
            '&' | '~' | '-' if in_class && previous == c => return unlike("operations on classes"),
            '?' if previous == '(' && !in_class => match chars.peek() {
                Some(':' | 'P') => {}
                Some('i') if pattern.is_ascii() => {}
                _ => return unlike("flags"),
            },
            _ => {}
        }
        previous = c;
    }
    Ok(())
}

/// How often counts in braces repeat what they are of, at most; `None` where braces are no counts, or repeat
/// more than the server's engine takes.
fn repetitions(pattern: &str) -> Option<usize> {
    let mut parts = pattern.split('{');
    if parts.next()?.contains('}') {
        return None;
    }
    let mut product = 1_usize;
    for part in parts {
        let (count, rest) = part.split_once('}')?;
        let number = |it: &str| it.parse::<usize>().ok().filter(|it| *it <= MOST);
        let most = match count.split_once(',') {
            Some((from, "")) => number(from)?,
            Some((from, to)) => number(from).and(number(to))?,
            None => number(count)?,
        };
        product = product.saturating_mul(most.max(1));
        if rest.contains('}') || product > MOST {
            return None;
        }
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_the_server_refuses_is_an_error() {
        for pattern in ["(?<!x)a", "a(?=b)", "(a)\\1", "(a", "[a", "a\\"] {
            assert!(matches!(regex(pattern), Err(Failure::Error(_))), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_the_engines_may_read_otherwise_is_not_judged() {
        for pattern in
            ["\\pL", "[a&&b]", "[[:alpha:]]", "a{,2}", "(?x)a b", "(?i)é", "(a{100}){100}"]
        {
            assert!(matches!(regex(pattern), Err(Failure::NotJudged(_))), "{pattern}");
        }
    }

    #[test]
    fn the_patterns_that_policies_have_are_read() {
        for pattern in [
            "^a.c$",
            "[0-9]+",
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            "v\\d{1,3}\\.\\d+",
            "@sha256:[a-f0-9]{64}$",
        ] {
            assert!(regex(pattern).is_ok(), "{pattern}");
        }
    }
}
