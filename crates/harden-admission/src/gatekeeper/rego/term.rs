//! Texts of values, as OPA writes them within others.

use std::fmt::Write as _;

use regorus::Value;

use super::limits;
use super::sprintf::{general, is_float};

/// A value as OPA writes it within others: texts in quotes, sets in braces.
pub(super) fn term(value: &Value) -> String {
    let mut text = String::new();
    write_term(&mut text, value);
    text
}

fn write_term(into: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Undefined => into.push_str("null"),
        Value::Bool(it) => into.push_str(if *it { "true" } else { "false" }),
        Value::Number(it) => match (it.as_i64(), it.as_f64()) {
            (Some(whole), Some(float)) if is_float(whole) => {
                into.push_str(&general(float, false));
            }
            (Some(it), _) => {
                let _ = write!(into, "{it}");
            }
            (None, Some(float)) if !it.is_integer() => into.push_str(&general(float, false)),
            _ => into.push_str(&it.format_decimal()),
        },
        Value::String(it) => into.push_str(&quote(it)),
        Value::Array(items) => write_all(into, "[", items.iter(), "]"),
        Value::Set(items) if items.is_empty() => into.push_str("set()"),
        Value::Set(items) => write_all(into, "{", items.iter_sorted(), "}"),
        Value::Object(fields) => {
            into.push('{');
            for (at, (key, it)) in fields.iter_sorted().enumerate() {
                if at > 0 {
                    into.push_str(", ");
                }
                write_term(into, key);
                into.push_str(": ");
                write_term(into, it);
            }
            into.push('}');
        }
    }
}

fn write_all<'v>(into: &mut String, open: &str, all: impl Iterator<Item = &'v Value>, close: &str) {
    into.push_str(open);
    for (at, it) in all.enumerate() {
        if at > 0 {
            into.push_str(", ");
        }
        write_term(into, it);
    }
    into.push_str(close);
}

/// About how long a value is when it is written; `None`, and the evaluation ends, where that is too much.
pub(super) fn size(value: &Value) -> Option<usize> {
    let mut left = 4_usize << 20;
    if measure(value, &mut left).is_none() {
        limits::stop(super::Failure::TooCostly);
        return None;
    }
    Some((4 << 20) - left)
}

fn measure(value: &Value, left: &mut usize) -> Option<()> {
    let own = match value {
        Value::String(it) => it.len() + 2,
        _ => 4,
    };
    *left = left.checked_sub(own)?;
    match value {
        Value::Array(items) => items.iter().try_for_each(|it| measure(it, left)),
        Value::Set(items) => items.iter().try_for_each(|it| measure(it, left)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, it)| {
            measure(key, left)?;
            measure(it, left)
        }),
        _ => Some(()),
    }
}

/// A text in quotes, as Go writes it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for it in text.chars() {
        match it {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            it if it < ' ' || it == '\u{7f}' => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(it));
            }
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}
