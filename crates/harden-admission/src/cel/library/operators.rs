//! Operators.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::value::{Key, Map, Sought};
use super::{Budget, Failure, Result, Timestamp, Value};

pub(super) fn call(name: &str, args: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("_==_" | "_!=_", [a @ (Value::Map(_) | Value::List(_)), b])
            if !matches!(b, Value::Null) && a.type_name() != b.type_name() =>
        {
            // A part of an object whose kind the server knows is equal to its own only.
            Failure::not_judged(format!("an equality of {} and {}", a.type_name(), b.type_name()))
        }
        ("_==_", [a, Value::Null]) if is_strict(a) => Failure::not_judged("an equality with null"),
        ("_==_", [a, b]) if is_strict(a) && a.type_name() != b.type_name() => {
            Failure::no_overload()
        }
        // The server makes a quantity of another form of it, which it finds equal to none.
        ("_==_", [_, Value::Quantity(b)]) if b.is_computed => Failure::no_overload(),
        ("_!=_", [Value::Quantity(_), Value::Quantity(b)]) if b.is_computed => {
            Ok(Value::Bool(true))
        }
        ("_==_", [a, b]) => equal(a, b, budget).map(Value::Bool),
        ("_!=_", [a, b]) => equal(a, b, budget).map(|it| Value::Bool(!it)),
        ("_<_", [a, b]) => ordered(a, b, |it| it == Ordering::Less)?,
        ("_<=_", [a, b]) => ordered(a, b, |it| it != Ordering::Greater)?,
        ("_>_", [a, b]) => ordered(a, b, |it| it == Ordering::Greater)?,
        ("_>=_", [a, b]) => ordered(a, b, |it| it != Ordering::Less)?,
        ("!_", [Value::Bool(it)]) => Ok(Value::Bool(!it)),
        ("-_", [Value::Int(it)]) => int(it.checked_neg()),
        ("-_", [Value::Double(it)]) => Ok(Value::Double(-it)),
        ("_+_", [a, b]) => add(a, b, budget)?,
        ("_-_", [a, b]) => subtract(a, b)?,
        ("_*_" | "_/_" | "_%_", [a, b]) => scale(name, a, b)?,
        ("@in", [Value::Bytes(_), _]) => Failure::not_judged("bytes within a list or a map"),
        ("@in", [it, Value::List(list)]) => contains(list, it, budget).map(Value::Bool),
        ("@in", [it, Value::Map(map)]) => match Sought::of(it).and_then(|it| map.find(it)) {
            Some(_) => Ok(Value::Bool(true)),
            None if may_be_native(it, map) => Failure::not_judged(FOREIGN),
            None => Ok(Value::Bool(false)),
        },
        _ => return None,
    })
}

const FOREIGN: &str = "a key of a map that is no text";

/// Whether a map may be part of an object whose kind the server knows: that has an error for other keys.
fn may_be_native(key: &Value, map: &Map) -> bool {
    !matches!(key, Value::String(_)) && map.iter().all(|(it, _)| matches!(it, Key::String(_)))
}

/// Whether a value is of a type of Kubernetes, which is equal to its own only: `!=` knows all others.
fn is_strict(it: &Value) -> bool {
    matches!(
        it,
        Value::Quantity(_)
            | Value::Ip(_)
            | Value::Cidr(_)
            | Value::Url(_)
            | Value::Semver(_)
            | Value::Format(_)
    )
}

fn equal(a: &Value, b: &Value, budget: &mut Budget) -> Result<bool> {
    budget.take(a.weight().min(b.weight()))?;
    Ok(a == b)
}

/// Whether a list has an equal value.
pub(super) fn contains(list: &[Value], it: &Value, budget: &mut Budget) -> Result<bool> {
    budget.take(list.len())?;
    let is_computed = |it: &Value| matches!(it, Value::Quantity(it) if it.is_computed);
    Ok(list.iter().any(|element| !is_computed(element) && element == it))
}

fn ordered(a: &Value, b: &Value, test: fn(Ordering) -> bool) -> Option<Result<Value>> {
    let is_nan = |it: &Value| matches!(it, Value::Double(it) if it.is_nan());
    match a.order(b) {
        Some(order) => Some(Ok(Value::Bool(test(order)))),
        None if is_nan(a) || is_nan(b) => Some(Failure::error("NaN values cannot be ordered")),
        None => None,
    }
}

fn int(it: Option<i64>) -> Result<Value> {
    it.map_or_else(|| Failure::error("integer overflow"), |it| Ok(Value::Int(it)))
}

fn uint(it: Option<u64>) -> Result<Value> {
    it.map_or_else(|| Failure::error("unsigned integer overflow"), |it| Ok(Value::Uint(it)))
}

fn span(it: Option<i64>) -> Result<Value> {
    it.map_or_else(|| Failure::error("duration overflow"), |it| Ok(Value::Duration(it)))
}

pub(super) fn add(a: &Value, b: &Value, budget: &mut Budget) -> Option<Result<Value>> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => int(a.checked_add(*b)),
        (Value::Uint(a), Value::Uint(b)) => uint(a.checked_add(*b)),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a + b)),
        (Value::Duration(a), Value::Duration(b)) => span(a.checked_add(*b)),
        (Value::Timestamp(at), Value::Duration(by))
        | (Value::Duration(by), Value::Timestamp(at)) => {
            at.plus(i128::from(*by)).map(Value::Timestamp)
        }
        (Value::String(a), Value::String(b)) => {
            budget.take((a.len() + b.len()) / 4).map(|()| Value::text(format!("{a}{b}")))
        }
        (Value::Bytes(a), Value::Bytes(b)) => budget
            .take((a.len() + b.len()) / 4)
            .map(|()| Value::Bytes(a.iter().chain(b.iter()).copied().collect())),
        (Value::List(a), Value::List(b)) => budget
            .take(a.len() + b.len())
            .map(|()| Value::list(a.iter().chain(b.iter()).cloned().collect())),
        _ => return None,
    })
}

fn subtract(a: &Value, b: &Value) -> Option<Result<Value>> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => int(a.checked_sub(*b)),
        (Value::Uint(a), Value::Uint(b)) => uint(a.checked_sub(*b)),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a - b)),
        (Value::Duration(a), Value::Duration(b)) => span(a.checked_sub(*b)),
        (Value::Timestamp(at), Value::Duration(by)) => {
            at.plus(-i128::from(*by)).map(Value::Timestamp)
        }
        (Value::Timestamp(a), Value::Timestamp(b)) => {
            span(i64::try_from(Timestamp::nanos(*a) - Timestamp::nanos(*b)).ok())
        }
        _ => return None,
    })
}

fn scale(name: &str, a: &Value, b: &Value) -> Option<Result<Value>> {
    Some(match (name, a, b) {
        ("_*_", Value::Int(a), Value::Int(b)) => int(a.checked_mul(*b)),
        ("_*_", Value::Uint(a), Value::Uint(b)) => uint(a.checked_mul(*b)),
        ("_*_", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a * b)),
        ("_/_", Value::Int(_), Value::Int(0)) | ("_/_", Value::Uint(_), Value::Uint(0)) => {
            Failure::error("division by zero")
        }
        ("_/_", Value::Int(a), Value::Int(b)) => int(a.checked_div(*b)),
        ("_/_", Value::Uint(a), Value::Uint(b)) => uint(a.checked_div(*b)),
        ("_/_", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a / b)),
        ("_%_", Value::Int(_), Value::Int(0)) | ("_%_", Value::Uint(_), Value::Uint(0)) => {
            Failure::error("modulus by zero")
        }
        ("_%_", Value::Int(a), Value::Int(b)) => int(a.checked_rem(*b)),
        ("_%_", Value::Uint(a), Value::Uint(b)) => uint(a.checked_rem(*b)),
        _ => return None,
    })
}

/// An element of a list or a map, or of an optional one.
pub(in super::super) fn index(of: &Value, at: &Value, optional: bool) -> Result<Value> {
    let absent = |message: String| {
        if optional { Ok(Value::Optional(None)) } else { Err(Failure::Error(message)) }
    };
    let found = |it: &Value| if optional { Value::some(it.clone()) } else { it.clone() };
    if !matches!(of, Value::Optional(None)) && !is_key(at) {
        if matches!(at, Value::List(_) | Value::Map(_)) {
            return Failure::not_judged(format!("an index of type {}", at.type_name()));
        }
        return Failure::error(format!("invalid qualifier type: {}", at.native_name()));
    }
    match of {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => index(&Arc::clone(inner), at, true),
        Value::Map(map) => match Sought::of(at).and_then(|it| map.find(it)) {
            Some(value) => Ok(found(value)),
            None if may_be_native(at, map) => Failure::not_judged(FOREIGN),
            None => absent(format!("no such key: {}", shown(at))),
        },
        Value::List(list) => match Sought::of(at) {
            Some(Sought::Number(number)) => {
                let item = usize::try_from(number).ok().and_then(|it| list.get(it));
                item.map_or_else(
                    || absent(format!("index out of bounds: {number}")),
                    |it| Ok(found(it)),
                )
            }
            _ => match at {
                Value::Double(at) => {
                    Failure::error(format!("unsupported index value {at} in list"))
                }
                at => {
                    Failure::error(format!("unsupported index type '{}' in list", at.type_name()))
                }
            },
        },
        _ => absent(format!("no such key: {}", shown(at))),
    }
}

/// Whether a value can be an index; what the server says of others depends on how it plans them.
pub(in super::super) fn is_key(it: &Value) -> bool {
    matches!(
        it,
        Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::String(_)
    )
}

/// A value within an error.
pub(in super::super) fn shown(it: &Value) -> String {
    match it {
        Value::String(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Bool(it) => it.to_string(),
        other => other.type_name().to_owned(),
    }
}
