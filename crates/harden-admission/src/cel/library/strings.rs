//! Functions of texts.

use super::{Budget, Failure, Result, Value};

pub(super) fn call(name: &str, args: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    let [Value::String(text), rest @ ..] = args else { return None };
    Some(match (name, rest) {
        ("size", []) => Ok(Value::Int(length(text))),
        ("contains", [Value::String(part)]) => Ok(Value::Bool(text.contains(&**part))),
        ("startsWith", [Value::String(part)]) => Ok(Value::Bool(text.starts_with(&**part))),
        ("endsWith", [Value::String(part)]) => Ok(Value::Bool(text.ends_with(&**part))),
        ("charAt", [Value::Int(at)]) => char_at(text, *at),
        ("indexOf", [Value::String(part)]) => index_of(text, part, 0),
        ("indexOf", [Value::String(part), Value::Int(from)]) => index_of(text, part, *from),
        ("lastIndexOf", [Value::String(part)]) => last_index_of(text, part, None),
        ("lastIndexOf", [Value::String(part), Value::Int(from)]) => {
            last_index_of(text, part, Some(*from))
        }
        ("lowerAscii", []) => Ok(Value::text(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Value::text(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Value::text(text.trim())),
        ("replace", [Value::String(old), Value::String(new)]) => {
            replace(text, old, new, -1, budget)
        }
        ("replace", [Value::String(old), Value::String(new), Value::Int(count)]) => {
            replace(text, old, new, *count, budget)
        }
        ("split", [Value::String(by)]) => split(text, by, -1, budget),
        ("split", [Value::String(by), Value::Int(count)]) => split(text, by, *count, budget),
        ("substring", [Value::Int(start)]) => position(*start, length(text))
            .map(|start| Value::text(text.chars().skip(start).collect::<String>())),
        ("substring", [Value::Int(start), Value::Int(end)]) => substring(text, *start, *end),
        ("strings.quote", []) => Ok(Value::text(quote(text))),
        _ => return None,
    })
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn out_of_range<T>(at: i64) -> Result<T> {
    Failure::error(format!("index out of range: {at}"))
}

/// A position within a text of so many characters, its end included.
fn position(at: i64, length: i64) -> Result<usize> {
    if at > length {
        return out_of_range(at);
    }
    usize::try_from(at).or_else(|_| out_of_range(at))
}

fn char_at(text: &str, at: i64) -> Result<Value> {
    let at = position(at, length(text))?;
    Ok(Value::text(text.chars().skip(at).take(1).collect::<String>()))
}

fn substring(text: &str, start: i64, end: i64) -> Result<Value> {
    if start > end {
        return Failure::error(format!("invalid substring range. start: {start}, end: {end}"));
    }
    let first = position(start, length(text))?;
    let last = position(end, length(text))?;
    Ok(Value::text(text.chars().skip(first).take(last - first).collect::<String>()))
}

fn index_of(text: &str, part: &str, from: i64) -> Result<Value> {
    let Ok(skipped) = usize::try_from(from) else { return out_of_range(from) };
    if part.is_empty() {
        return Ok(Value::Int(from.min(length(text))));
    }
    let Some((start, _)) = text.char_indices().nth(skipped) else { return Ok(Value::Int(-1)) };
    let tail = text.get(start..).unwrap_or_default();
    let found = tail.find(part).and_then(|it| tail.get(..it)).map(length);
    Ok(Value::Int(found.map_or(-1, |it| it + from)))
}

fn last_index_of(text: &str, part: &str, from: Option<i64>) -> Result<Value> {
    let length_of_text = length(text);
    if part.is_empty() {
        return match from {
            Some(from) if from < 0 => out_of_range(from),
            from => Ok(Value::Int(from.unwrap_or(length_of_text).min(length_of_text))),
        };
    }
    let from = match from {
        None if text.len() < part.len() => return Ok(Value::Int(-1)),
        None => length_of_text - 1,
        Some(from) => from,
    };
    let Ok(start) = usize::try_from(from) else { return out_of_range(from) };
    if from >= length_of_text {
        return Ok(Value::Int(-1));
    }
    // What begins at this character or before it, wherever it ends.
    let start = text.char_indices().nth(start).map_or(text.len(), |(it, _)| it);
    let last = last_start(text, part, start);
    Ok(Value::Int(last.and_then(|it| text.get(..it)).map_or(-1, length)))
}

/// Where the part begins last, at this byte or before it.
fn last_start(text: &str, part: &str, start: usize) -> Option<usize> {
    let mut end = (start + part.len()).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let found = text.get(..end)?.rfind(part)?;
    (found <= start).then_some(found)
}

fn replace(text: &str, old: &str, new: &str, count: i64, budget: &mut Budget) -> Result<Value> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let found = text.matches(old).take(count).count();
    budget.take(found.saturating_mul(new.len()) / 4)?;
    Ok(Value::text(text.replacen(old, new, count)))
}

fn split(text: &str, by: &str, count: i64, budget: &mut Budget) -> Result<Value> {
    budget.take(text.len() / 4)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let parts: Vec<Value> = match (count, by) {
        (0, _) => Vec::new(),
        (_, "") => {
            let chars = text.chars().count();
            let kept = count.min(chars).saturating_sub(1);
            let start = text.char_indices().nth(kept).map_or(text.len(), |(it, _)| it);
            let head = text.get(..start).unwrap_or_default();
            let tail = text.get(start..).filter(|it| !it.is_empty());
            let is_rest = count < chars;
            let tail = tail.into_iter().flat_map(|it| {
                if is_rest { vec![it.to_owned()] } else { it.chars().map(String::from).collect() }
            });
            head.chars().map(String::from).chain(tail).map(Value::text).collect()
        }
        (usize::MAX, _) => text.split(by).map(Value::text).collect(),
        _ => text.splitn(count, by).map(Value::text).collect(),
    };
    Ok(Value::list(parts))
}

fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_last_place_is_counted_in_characters() {
        for (text, part, from, expected) in [
            ("héllo", "l", None, 3),
            ("ababab", "ab", Some(3), 2),
            ("ab", "abc", None, -1),
            ("éa", "a", Some(1), 1),
        ] {
            assert_eq!(last_index_of(text, part, from), Ok(Value::Int(expected)), "{text} {part}");
        }
    }

    #[test]
    fn a_split_by_nothing_is_a_split_into_characters() {
        let split = |count| split("aéb", "", count, &mut Budget::new(Arc::default())).unwrap();
        let list = |items: &[&str]| Value::list(items.iter().map(|it| Value::text(*it)).collect());
        assert_eq!(split(-1), list(&["a", "é", "b"]));
        assert_eq!(split(2), list(&["a", "éb"]));
        assert_eq!(split(0), list(&[]));
    }
}
