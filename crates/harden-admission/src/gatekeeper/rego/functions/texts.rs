//! Functions that make texts.

use regorus::Value;

use super::super::{limits, to_json};
use super::super::{sprintf, term};
use super::{Function, elements, made, text};

pub(super) const FUNCTIONS: &[(&str, u8, Function)] = &[
    ("concat", 2, concat),
    ("json.marshal", 1, marshal),
    ("lower", 1, lower),
    ("replace", 3, replace),
    ("sprintf", 2, format),
    ("strings.replace_n", 2, replace_n),
    ("upper", 1, upper),
];

fn concat(values: &[Value]) -> Option<Value> {
    let [separator, parts] = values else { return None };
    let parts = elements(parts)?.into_iter().map(text).collect::<Option<Vec<_>>>()?;
    let separator = text(separator)?;
    let length: usize = parts.iter().map(|it| it.len() + separator.len()).sum();
    limits::charge(length)?;
    Some(Value::from(parts.join(separator)))
}

fn replace(values: &[Value]) -> Option<Value> {
    let [of, old, new] = values else { return None };
    let (of, old, new) = (text(of)?, text(old)?, text(new)?);
    limits::charge(of.len().saturating_add(of.matches(old).count().saturating_mul(new.len())))?;
    Some(Value::from(of.replace(old, new)))
}

/// Replaces in one pass: of the patterns that fit at a place, the first in order.
fn replace_n(values: &[Value]) -> Option<Value> {
    let [patterns, of] = values else { return None };
    let patterns = patterns
        .as_object()
        .ok()?
        .iter_sorted()
        .map(|(old, new)| Some((text(old)?, text(new)?)))
        .collect::<Option<Vec<_>>>()?;
    let mut rest = text(of)?;
    limits::charge_search(patterns.len(), rest.len())?;
    let mut result = String::new();
    while let Some(first) = rest.chars().next() {
        let fit = patterns.iter().find(|(old, _)| !old.is_empty() && rest.starts_with(old));
        let taken = if let Some((old, new)) = fit {
            limits::charge(new.len())?;
            result.push_str(new);
            old.len()
        } else {
            result.push(first);
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    made(result)
}

fn format(values: &[Value]) -> Option<Value> {
    let [template, arguments] = values else { return None };
    let arguments: Vec<&Value> = match arguments {
        Value::Array(it) => it.iter().collect(),
        _ => return None,
    };
    let result = sprintf::sprintf(text(template)?, &arguments)?;
    Some(Value::from(result))
}

/// JSON as Go writes it: keys in order, and no `<`, `>` or `&`.
fn marshal(values: &[Value]) -> Option<Value> {
    let [value] = values else { return None };
    limits::charge(term::size(value)?)?;
    let json = serde_json::to_string(&to_json(value)).ok()?;
    let mut escaped = String::with_capacity(json.len());
    for it in json.chars() {
        match it {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            it => escaped.push(it),
        }
    }
    Some(Value::from(escaped))
}

/// Go changes letter by letter: one that becomes two stays.
fn cased<C: Iterator<Item = char>>(values: &[Value], case: impl Fn(char) -> C) -> Option<Value> {
    let of = text(values.first()?)?;
    made(
        of.chars()
            .map(|it| {
                let mut all = case(it);
                match (all.next(), all.next()) {
                    (Some(one), None) => one,
                    _ => it,
                }
            })
            .collect(),
    )
}

fn lower(values: &[Value]) -> Option<Value> {
    cased(values, char::to_lowercase)
}

fn upper(values: &[Value]) -> Option<Value> {
    cased(values, char::to_uppercase)
}
