//! Functions of lists, maps and sets.

use std::cmp::Ordering;

use super::operators::{add, contains};
use super::{Budget, Failure, Result, Value};

/// Elements that `sortBy` may sort with equal keys: the server's order of these is stable up to so many.
const STABLE: usize = 12;

pub(super) fn call(name: &str, args: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    match (name, args) {
        ("size", [Value::Map(map)]) => return Some(Ok(Value::Int(count(map.len())))),
        ("size", [Value::Bytes(bytes)]) => return Some(Ok(Value::Int(count(bytes.len())))),
        ("lists.range", [Value::Int(end)]) => return Some(range(*end, budget)),
        ("includes", [Value::List(list), it]) => {
            return Some(contains(list, it, budget).map(Value::Bool));
        }
        ("includes", [target, it]) => return Some(Ok(Value::Bool(target == it))),
        _ => {}
    }
    let [Value::List(list), rest @ ..] = args else { return None };
    Some(match (name, rest) {
        ("size", []) => Ok(Value::Int(count(list.len()))),
        ("isSorted" | "min" | "max", []) if !list.first().is_none_or(has_order) => return None,
        ("isSorted", []) => Ok(Value::Bool(
            list.windows(2).all(|it| matches!(it, [a, b] if a.order(b) != Some(Ordering::Greater))),
        )),
        ("sum", []) => sum(list, budget)?,
        ("min", []) => extreme(list, Ordering::Greater, name),
        ("max", []) => extreme(list, Ordering::Less, name),
        ("indexOf", [it]) => Ok(Value::Int(list.iter().position(|x| x == it).map_or(-1, count))),
        ("lastIndexOf", [it]) => {
            Ok(Value::Int(list.iter().rposition(|x| x == it).map_or(-1, count)))
        }
        ("join", []) => join(list, ""),
        ("join", [Value::String(by)]) => join(list, by),
        ("slice", [Value::Int(start), Value::Int(end)]) => slice(list, *start, *end),
        ("flatten", []) => flatten(list, 1, budget).map(Value::list),
        ("flatten", [Value::Int(depth)]) if *depth < 0 => {
            Failure::error("level must be non-negative")
        }
        ("flatten", [Value::Int(depth)]) => flatten(list, *depth, budget).map(Value::list),
        ("sort", []) => sort(list, list, true),
        ("@sortByAssociatedKeys", [Value::List(keys)]) => sort(list, keys, false),
        ("reverse", []) => Ok(Value::list(list.iter().rev().cloned().collect())),
        ("distinct", []) => distinct(list, budget),
        ("sets.contains", [Value::List(other)]) => has_all(list, other, budget).map(Value::Bool),
        ("sets.equivalent", [Value::List(other)]) => has_all(list, other, budget)
            .and_then(|it| Ok(Value::Bool(it && has_all(other, list, budget)?))),
        ("sets.intersects", [Value::List(other)]) => intersect(list, other, budget),
        _ => return None,
    })
}

/// Whether the server has an order of values of its type.
fn has_order(it: &Value) -> bool {
    it.order(it).is_some() || matches!(it, Value::Double(_))
}

fn count(it: usize) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

fn range(end: i64, budget: &mut Budget) -> Result<Value> {
    if end < 0 {
        return Failure::error(format!("lists.range: size must be non-negative, got {end}"));
    }
    budget.take(usize::try_from(end).unwrap_or(usize::MAX))?;
    Ok(Value::list((0..end).map(Value::Int).collect()))
}

/// The sum; of nothing it is zero, an int: the type that it has in the server is seen by no expression that
/// compares numbers across types.
fn sum(list: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    let Some((first, rest)) = list.split_first() else { return Some(Ok(Value::Int(0))) };
    let mut total = match first {
        Value::Int(_) => Value::Int(0),
        Value::Uint(_) => Value::Uint(0),
        Value::Double(_) => Value::Double(0.0),
        Value::Duration(_) => Value::Duration(0),
        _ => return None,
    };
    for item in std::iter::once(first).chain(rest) {
        match add(&total, item, budget).unwrap_or_else(Failure::no_overload) {
            Ok(sum) => total = sum,
            failed => return Some(failed),
        }
    }
    Some(Ok(total))
}

fn extreme(list: &[Value], worse: Ordering, name: &str) -> Result<Value> {
    let Some((first, rest)) = list.split_first() else {
        return Failure::error(format!("{name} called on empty list"));
    };
    let mut best = first;
    for item in rest {
        match best.order(item) {
            Some(order) if order == worse => best = item,
            Some(_) => {}
            None => return Failure::not_judged("an order of values that have none"),
        }
    }
    Ok(best.clone())
}

fn join(list: &[Value], by: &str) -> Result<Value> {
    let mut texts = Vec::with_capacity(list.len());
    for item in list {
        let Value::String(text) = item else {
            return Failure::error(format!("join: invalid input: {}", item.type_name()));
        };
        texts.push(&**text);
    }
    Ok(Value::text(texts.join(by)))
}

fn slice(list: &[Value], start: i64, end: i64) -> Result<Value> {
    let call = format!("cannot slice({start}, {end})");
    let (Ok(from), Ok(to)) = (usize::try_from(start), usize::try_from(end)) else {
        return Failure::error(format!("{call}, negative indexes not supported"));
    };
    if from > to {
        return Failure::error(format!(
            "{call}, start index must be less than or equal to end index"
        ));
    }
    match list.get(from..to) {
        Some(part) => Ok(Value::list(part.to_vec())),
        None => Failure::error(format!("{call}, list is length {}", list.len())),
    }
}

fn flatten(list: &[Value], depth: i64, budget: &mut Budget) -> Result<Vec<Value>> {
    budget.take(list.len())?;
    let mut flat = Vec::new();
    for item in list {
        match item {
            Value::List(inner) if depth > 0 => flat.extend(flatten(inner, depth - 1, budget)?),
            other => flat.push(other.clone()),
        }
    }
    Ok(flat)
}

fn sort(list: &[Value], keys: &[Value], are_keys_all: bool) -> Result<Value> {
    let Some(first) = keys.first() else { return Ok(Value::list(Vec::new())) };
    if keys.iter().any(|it| it.type_name() != first.type_name()) {
        return Failure::error("list elements must have the same type");
    }
    if keys.iter().any(|it| it.order(it).is_none()) {
        return Failure::not_judged("an order of values that have none");
    }
    let mut pairs: Vec<(&Value, &Value)> = keys.iter().zip(list).collect();
    pairs.sort_by(|(a, _), (b, _)| a.order(b).unwrap_or(Ordering::Equal));
    let is_tied = |it: &[(&Value, &Value)]| matches!(it, [(a, _), (b, _)] if a == b);
    if !are_keys_all && pairs.len() > STABLE && pairs.windows(2).any(is_tied) {
        return Failure::not_judged("the order of elements whose keys are equal");
    }
    Ok(Value::list(pairs.into_iter().map(|(_, it)| it.clone()).collect()))
}

fn distinct(list: &[Value], budget: &mut Budget) -> Result<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in list {
        if !contains(&kept, item, budget)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn has_all(list: &[Value], others: &[Value], budget: &mut Budget) -> Result<bool> {
    for other in others {
        if !contains(list, other, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn intersect(list: &[Value], others: &[Value], budget: &mut Budget) -> Result<Value> {
    for other in others {
        if contains(list, other, budget)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
