//! Functions that make lists and sets.

use regorus::Value;

use super::super::limits;
use super::{Function, elements, list};

pub(super) const FUNCTIONS: &[(&str, u8, Function)] = &[
    ("all", 1, all),
    ("any", 1, any),
    ("array.concat", 2, concat),
    ("numbers.range", 2, range),
    ("set_diff", 2, difference),
];

fn all(values: &[Value]) -> Option<Value> {
    let all = elements(values.first()?)?;
    Some(Value::Bool(all.into_iter().all(|it| *it == Value::Bool(true))))
}

fn any(values: &[Value]) -> Option<Value> {
    let all = elements(values.first()?)?;
    Some(Value::Bool(all.into_iter().any(|it| *it == Value::Bool(true))))
}

fn concat(values: &[Value]) -> Option<Value> {
    let [Value::Array(first), Value::Array(second)] = values else { return None };
    list(first.iter().chain(second.iter()).cloned().collect())
}

/// Whole numbers between two, both with them, upwards or downwards.
fn range(values: &[Value]) -> Option<Value> {
    let [first, last] = values else { return None };
    let (first, last) = (first.as_i64().ok()?, last.as_i64().ok()?);
    let Some(count) = first.abs_diff(last).checked_add(1) else {
        return limits::charge(usize::MAX).and(None);
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    limits::charge(count.saturating_mul(limits::ELEMENT))?;
    let all: Vec<Value> = if first <= last {
        (first..=last).map(Value::from).collect()
    } else {
        (last..=first).rev().map(Value::from).collect()
    };
    Some(Value::from(all))
}

fn difference(values: &[Value]) -> Option<Value> {
    let [Value::Set(first), Value::Set(second)] = values else { return None };
    limits::charge(first.len().saturating_mul(limits::ELEMENT))?;
    Some(first.difference(second).into_value())
}
