//! Whether keys are in lists, ranges and texts that stand for lists.

use serde_json::Value;

use super::print;
use crate::kyverno::pattern::wildcard::matches_text;
use crate::kyverno::pattern::{Pattern, Verdict};

/// The texts of a list in a text, or the text itself; none where it is JSON of something else.
fn listed(text: &str, takes_plain: bool) -> Option<Vec<String>> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(items)) => items
            .into_iter()
            .map(|it| match it {
                Value::String(it) => Some(it),
                Value::Null => Some(String::new()),
                _ => None,
            })
            .collect(),
        Ok(Value::Null) => Some(Vec::new()),
        Ok(_) => None,
        Err(_) => takes_plain.then(|| vec![text.to_owned()]),
    }
}

fn fits(left: &str, right: &str) -> bool {
    matches_text(left, right) || matches_text(right, left)
}

/// `In` and `NotIn`, which are deprecated.
pub(super) fn is_in(key: &Value, value: &Value, is_negated: bool) -> bool {
    let texts = match key {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        Value::Null | Value::Object(_) => return false,
        scalar => {
            let text = print(scalar);
            let found = match value {
                Value::Array(items) => items.iter().any(|it| fits(&print(it), &text)),
                Value::String(pattern) => {
                    if matches_text(pattern, &text) {
                        true
                    } else {
                        let Some(all) = listed(pattern, false) else { return false };
                        all.contains(&text)
                    }
                }
                _ => return false,
            };
            return found != is_negated;
        }
    };
    let all: Vec<String> = match value {
        Value::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|it| it.as_str().map(str::to_owned)).collect();
            let Some(texts) = texts else { return false };
            texts
        }
        Value::String(text) if texts.len() == 1 && texts.first() == Some(&text.as_str()) => {
            return true;
        }
        Value::String(text) => {
            let Some(all) = listed(text, false) else { return false };
            all
        }
        _ => return false,
    };
    let is_all = texts.iter().all(|it| all.iter().any(|one| one == it));
    is_all != is_negated
}

/// Which of the keys must be in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    AnyOf,
    AllOf,
    AnyBut,
    AllBut,
}

/// Whether keys are in a list, or one key is.
pub(super) fn among(key: &Value, value: &Value, mode: Mode) -> bool {
    match key {
        Value::Null | Value::Object(_) => false,
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(print).collect();
            set_among(&texts, value, mode)
        }
        scalar => {
            let is_negated = matches!(mode, Mode::AnyBut | Mode::AllBut);
            one_among(&print(scalar), value).is_some_and(|it| it != is_negated)
        }
    }
}

/// Whether a text is one of a value; none where the value cannot have any.
fn one_among(text: &str, value: &Value) -> Option<bool> {
    match value {
        Value::Array(items) => Some(items.iter().any(|it| fits(&print(it), text))),
        Value::String(pattern) => {
            if matches_text(pattern, text) {
                return Some(true);
            }
            if is_range(pattern) {
                return Some(is_within(text, pattern));
            }
            listed(pattern, true).map(|all| all.iter().any(|it| it == text))
        }
        _ => None,
    }
}

fn set_among(texts: &[String], value: &Value, mode: Mode) -> bool {
    let all: Vec<String> = match value {
        Value::Array(items) => items.iter().map(print).collect(),
        Value::Number(_) | Value::Bool(_) if matches!(mode, Mode::AnyOf | Mode::AnyBut) => {
            vec![print(value)]
        }
        Value::String(text) if texts.len() == 1 && texts.first() == Some(text) => {
            return matches!(mode, Mode::AnyOf | Mode::AllOf);
        }
        Value::String(range) if is_range(range) => {
            return match mode {
                Mode::AnyOf => texts.iter().any(|it| is_within(it, range)),
                Mode::AllOf => texts.iter().all(|it| is_within(it, range)),
                Mode::AnyBut => {
                    let without = range.replacen('-', "!-", 1);
                    texts.iter().any(|it| is_within(it, &without))
                }
                Mode::AllBut => !texts.iter().any(|it| is_within(it, range)),
            };
        }
        Value::String(text) => {
            let Some(all) = listed(text, true) else { return false };
            all
        }
        _ => return false,
    };
    let is_listed = |it: &String| all.iter().any(|one| fits(it, one));
    match mode {
        Mode::AnyOf => texts.iter().any(is_listed),
        Mode::AllOf => texts.iter().all(is_listed),
        Mode::AnyBut => !texts.iter().all(is_listed),
        Mode::AllBut => !texts.iter().any(is_listed),
    }
}

/// Whether a text is a range, `1-10` or `1Gi-2Gi`.
fn is_range(text: &str) -> bool {
    let end = |text: &str| {
        let rest = text.strip_prefix(['-', '|', '+']).unwrap_or(text);
        let digits = |it: &str| it.find(|c: char| !c.is_ascii_digit()).unwrap_or(it.len());
        let whole = digits(rest);
        if whole == 0 {
            return None;
        }
        let rest = rest.get(whole..)?;
        let rest = match rest.strip_prefix('.').map(|it| (digits(it), it)) {
            Some((length, fraction)) if length > 0 => fraction.get(length..)?,
            _ => rest,
        };
        rest.trim_start_matches(|it: char| it.is_ascii_alphabetic()).to_owned().into()
    };
    let Some(rest) = end(text) else { return false };
    rest.strip_prefix('-').and_then(end).is_some_and(|it: String| it.is_empty())
        && !text.contains("!-")
}

/// Whether a text is within a range, as a pattern says.
fn is_within(text: &str, range: &str) -> bool {
    let pattern = Pattern::read(&Value::from(range));
    pattern.is_ok_and(|it| it.judge(&Value::from(text)) == Verdict::Pass)
}
