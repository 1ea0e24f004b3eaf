//! Globs, as github.com/gobwas/glob reads them.

use regorus::Value;

use super::super::{Failure, limits};
use super::{Function, made, text};

pub(super) const FUNCTIONS: &[(&str, u8, Function)] =
    &[("glob.match", 3, is_match), ("glob.quote_meta", 1, quote)];

/// Something of a glob.
enum Part {
    One(char),
    /// `?`
    Any,
    /// `*`: all but delimiters.
    Run,
    /// `**`
    All,
    /// `[abc]`, `[a-z]`, `[!a]`
    Class {
        is_not: bool,
        ranges: Vec<(char, char)>,
    },
}

fn is_match(values: &[Value]) -> Option<Value> {
    let [pattern, delimiters, of] = values else { return None };
    let delimiters: Vec<char> = match delimiters {
        Value::Null => Vec::new(),
        Value::Array(all) if all.is_empty() => vec!['.'],
        Value::Array(all) => all.iter().map(character).collect::<Option<_>>()?,
        _ => return None,
    };
    let (pattern, of) = (text(pattern)?, text(of)?);
    limits::charge_search(pattern.len(), of.len())?;
    let mut expansions = Vec::new();
    expand(pattern, &mut expansions)?;
    let of: Vec<char> = of.chars().collect();
    for pattern in expansions {
        if fits(&parts(&pattern)?, &of, &delimiters) {
            return Some(Value::Bool(true));
        }
    }
    Some(Value::Bool(false))
}

fn character(value: &Value) -> Option<char> {
    let mut characters = text(value)?.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// Alternatives that braces may stand for.
const MOST: usize = 256;

/// The patterns that `{a,b}` stands for.
fn expand(pattern: &str, into: &mut Vec<String>) -> Option<()> {
    let mut depth = 0usize;
    let (mut open, mut cuts) = (None, Vec::new());
    let mut characters = pattern.char_indices();
    while let Some((at, it)) = characters.next() {
        match it {
            '\\' => drop(characters.next()),
            '{' => {
                depth += 1;
                if depth == 1 {
                    open = Some(at);
                }
            }
            ',' if depth == 1 => cuts.push(at),
            '}' if depth == 1 => {
                let open = open?;
                let (before, after) = (pattern.get(..open)?, pattern.get(at + 1..)?);
                let mut from = open + 1;
                for to in cuts.iter().copied().chain([at]) {
                    limits::charge(pattern.len())?;
                    let one = format!("{before}{}{after}", pattern.get(from..to)?);
                    expand(&one, into)?;
                    if into.len() > MOST {
                        let why = "a glob with many alternatives".to_owned();
                        limits::stop(Failure::NotJudged(why));
                        return None;
                    }
                    from = to + 1;
                }
                return Some(());
            }
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    if depth == 0 {
        into.push(pattern.to_owned());
    }
    (depth == 0).then_some(())
}

fn parts(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(it) = characters.next() {
        parts.push(match it {
            '\\' => Part::One(characters.next()?),
            '?' => Part::Any,
            '*' if characters.next_if_eq(&'*').is_some() => Part::All,
            '*' => Part::Run,
            '[' => {
                let is_not = characters.next_if_eq(&'!').is_some();
                let mut ranges = Vec::new();
                loop {
                    let first = match characters.next()? {
                        ']' if !ranges.is_empty() => break,
                        '\\' => characters.next()?,
                        it => it,
                    };
                    let last = match characters.next_if_eq(&'-') {
                        Some(_) => characters.next()?,
                        None => first,
                    };
                    ranges.push((first, last));
                }
                Part::Class { is_not, ranges }
            }
            it => Part::One(it),
        });
    }
    Some(parts)
}

/// Whether a text fits, in steps of its length times the pattern's.
fn fits(parts: &[Part], of: &[char], delimiters: &[char]) -> bool {
    // Which beginnings of the text the parts so far fit.
    let mut fit = vec![false; of.len() + 1];
    if let Some(first) = fit.first_mut() {
        *first = true;
    }
    for part in parts {
        let mut next = vec![false; of.len() + 1];
        let mut runs = false;
        for at in 0..=of.len() {
            let here = fit.get(at).copied().unwrap_or(false);
            let before = at.checked_sub(1).and_then(|at| Some((*of.get(at)?, *fit.get(at)?)));
            let is_fit = match part {
                Part::One(it) => before == Some((*it, true)),
                Part::Any => before.is_some_and(|(it, fit)| fit && !delimiters.contains(&it)),
                Part::Class { is_not, ranges } => before.is_some_and(|(it, fit)| {
                    fit && ranges.iter().any(|(first, last)| (*first..=*last).contains(&it))
                        != *is_not
                }),
                Part::Run | Part::All => {
                    let stops = matches!(part, Part::Run)
                        && before.is_some_and(|(it, _)| delimiters.contains(&it));
                    runs = here || (runs && !stops);
                    runs
                }
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = is_fit;
            }
        }
        fit = next;
    }
    fit.last().copied().unwrap_or(false)
}

fn quote(values: &[Value]) -> Option<Value> {
    let mut quoted = String::new();
    for it in text(values.first()?)?.chars() {
        if matches!(it, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            quoted.push('\\');
        }
        quoted.push(it);
    }
    made(quoted)
}
