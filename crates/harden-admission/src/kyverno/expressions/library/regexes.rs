//! Regular expressions that replace and extract.

use super::{Part, Result, error, not_judged};
use crate::cel::{self, Value};

pub(super) const PART: Part = Part {
    table: "\
regex.replace(string, string, string) -> string
regex.replace(string, string, string, int) -> string
regex.extract(string, string) -> optional(string)
regex.extractAll(string, string) -> list(string)",
    call,
};

/// The longest text that is searched, in bytes.
const LENGTH: usize = 100_000;

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    let name = name.strip_prefix("regex.")?;
    let [Value::String(text), Value::String(pattern), rest @ ..] = args else { return None };
    if text.len() > LENGTH {
        return Some(not_judged("a regular expression over a long text"));
    }
    Some(match (name, rest) {
        ("replace", [Value::String(by)]) => replaced(text, pattern, by, None),
        ("replace", [Value::String(by), Value::Int(count)]) => {
            replaced(text, pattern, by, usize::try_from(*count).ok())
        }
        ("extract", []) => extracted(text, pattern).map(|mut all| {
            let first = if all.is_empty() { None } else { Some(all.remove(0).into()) };
            Value::Optional(first)
        }),
        ("extractAll", []) => extracted(text, pattern).map(|all| Value::List(all.into())),
        _ => return None,
    })
}

/// The text with matches replaced, all of them or the first so many.
fn replaced(text: &str, pattern: &str, by: &str, count: Option<usize>) -> Result<Value> {
    let regex = cel::regex(pattern)?;
    let by = expansion(by)?;
    let limit = match count {
        Some(0) => return Ok(Value::String(text.into())),
        Some(count) => count,
        None => 0,
    };
    Ok(Value::String(regex.replacen(text, limit, by.as_str()).into()))
}

/// `\1` as the engine of regular expressions writes it.
fn expansion(by: &str) -> Result<String> {
    let mut expanded = String::new();
    let mut chars = by.chars();
    while let Some(it) = chars.next() {
        match it {
            '\\' => match chars.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    expanded.push_str("${");
                    expanded.push(digit);
                    expanded.push('}');
                }
                Some('\\') => expanded.push('\\'),
                _ => return error("invalid replacement string: '\\' must be followed by a digit"),
            },
            '$' => expanded.push_str("$$"),
            other => expanded.push(other),
        }
    }
    Ok(expanded)
}

/// The first group of every match, or all of it where there is none.
fn extracted(text: &str, pattern: &str) -> Result<Vec<Value>> {
    let regex = cel::regex(pattern)?;
    if regex.captures_len() > 2 {
        return error(format!(
            "regular expression has more than one capturing group: \"{pattern}\""
        ));
    }
    let mut all = Vec::new();
    for captures in regex.captures_iter(text) {
        let group = captures.get(regex.captures_len() - 1);
        match group {
            Some(it) => all.push(Value::String(it.as_str().into())),
            None => return not_judged("a group that takes no part in the match"),
        }
    }
    Ok(all)
}
