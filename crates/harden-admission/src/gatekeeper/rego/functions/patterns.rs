//! Regular expressions, as far as Go's engine and ours read them alike.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex_lite::Regex;
use regorus::Value;

use super::super::{Failure, limits};
use super::{Function, list, made, text};
use crate::cel;

pub(super) const FUNCTIONS: &[(&str, u8, Function)] = &[
    ("re_match", 2, is_match),
    ("regex.find_all_string_submatch_n", 3, find_groups),
    ("regex.find_n", 3, find),
    ("regex.is_valid", 1, is_valid),
    ("regex.match", 2, is_match),
    ("regex.replace", 3, replace),
    ("regex.split", 2, split),
];

/// Patterns that are kept; few templates have as many.
const KEPT: usize = 256;

thread_local! {
    static COMPILED: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// Calls with the compiled pattern.
fn with<T>(pattern: &str, searched: &str, then: impl FnOnce(&Regex) -> Option<T>) -> Option<T> {
    limits::charge_search(pattern.len(), searched.len())?;
    COMPILED.with_borrow_mut(|all| {
        if !all.contains_key(pattern) {
            let regex = compile(pattern)?;
            if all.len() >= KEPT {
                all.clear();
            }
            all.insert(pattern.to_owned(), regex);
        }
        all.get(pattern).and_then(then)
    })
}

/// No value where Go refuses the pattern too.
fn compile(pattern: &str) -> Option<Regex> {
    match cel::regex(pattern) {
        Ok(regex) => Some(regex),
        Err(cel::Failure::NotJudged(why)) => {
            limits::stop(Failure::NotJudged(why));
            None
        }
        Err(cel::Failure::Error(_) | cel::Failure::TooCostly) => None,
    }
}

fn is_valid(values: &[Value]) -> Option<Value> {
    let pattern = text(values.first()?)?;
    Some(Value::Bool(with(pattern, "", |_| Some(())).is_some()))
}

fn is_match(values: &[Value]) -> Option<Value> {
    let [pattern, of] = values else { return None };
    let (pattern, of) = (text(pattern)?, text(of)?);
    with(pattern, of, |regex| Some(Value::Bool(regex.is_match(of))))
}

/// How many matches are asked for.
fn count(value: &Value) -> Option<usize> {
    let count = value.as_i64().ok()?;
    Some(usize::try_from(count).unwrap_or(usize::MAX))
}

fn find(values: &[Value]) -> Option<Value> {
    let [pattern, of, most] = values else { return None };
    let (of, most) = (text(of)?, count(most)?);
    with(text(pattern)?, of, |regex| {
        list(regex.find_iter(of).take(most).map(|it| Value::from(it.as_str())).collect())
    })
}

fn find_groups(values: &[Value]) -> Option<Value> {
    let [pattern, of, most] = values else { return None };
    let (of, most) = (text(of)?, count(most)?);
    with(text(pattern)?, of, |regex| {
        let groups = regex.captures_iter(of).take(most).map(|it| {
            let all = it.iter().map(|it| Value::from(it.map_or("", |it| it.as_str())));
            Value::from(all.collect::<Vec<_>>())
        });
        list(groups.collect())
    })
}

/// Parts between matches, as Go cuts: an empty match at the end cuts nothing.
fn split(values: &[Value]) -> Option<Value> {
    let [pattern, of] = values else { return None };
    let of = text(of)?;
    let pattern = text(pattern)?;
    if !pattern.is_empty() && of.is_empty() {
        return list(vec![Value::from("")]);
    }
    with(pattern, of, |regex| {
        let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
        for it in regex.find_iter(of) {
            end = it.start();
            if it.end() != 0 {
                parts.push(Value::from(of.get(begin..end)?));
            }
            begin = it.end();
        }
        if end != of.len() {
            parts.push(Value::from(of.get(begin..)?));
        }
        list(parts)
    })
}

/// Go and `regex-lite` write references to groups alike.
fn replace(values: &[Value]) -> Option<Value> {
    let [of, pattern, new] = values else { return None };
    let (of, new) = (text(of)?, text(new)?);
    with(text(pattern)?, of, |regex| {
        let matches = regex.find_iter(of).count();
        limits::charge(matches.saturating_mul(new.len().saturating_add(of.len() / 4)))?;
        made(regex.replace_all(of, new).into_owned())
    })
}
