//! The functions of JMESPath itself.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::super::interpreter::{Interpreter, Operand, lenient, sorted};
use super::super::json::marshal;
use super::super::node::Node;
use super::super::{Failure, World};
use super::{Called, error, float, not_judged, of_float};
use crate::kyverno::pattern::float as go_float;

pub(super) fn call(name: &str, arguments: &[Value], world: &World) -> Option<Called> {
    Some(match (name, arguments) {
        ("length", [it]) => Ok(of_float(length(it))),
        ("starts_with", [Value::String(text), Value::String(start)]) => {
            Ok(text.starts_with(start.as_str()).into())
        }
        ("ends_with", [Value::String(text), Value::String(end)]) => {
            Ok(text.ends_with(end.as_str()).into())
        }
        ("abs", [it]) => Ok(of_float(float(it)?.abs())),
        ("ceil", [it]) => Ok(of_float(float(it)?.ceil())),
        ("floor", [it]) => Ok(of_float(float(it)?.floor())),
        ("avg", [Value::Array(it)]) if it.is_empty() => panics("it divides by nothing"),
        ("avg", [it]) => {
            let all: Vec<f64> = it.as_array()?.iter().filter_map(float).collect();
            Ok(of_float(all.iter().sum::<f64>() / length(it)))
        }
        ("contains", [Value::String(text), part]) => {
            Ok(part.as_str().is_some_and(|it| text.contains(it)).into())
        }
        ("contains", [Value::Array(items), wanted]) => contains(items, wanted),
        ("max", [it]) => Ok(best(it, Ordering::Greater)),
        ("min", [it]) => Ok(best(it, Ordering::Less)),
        ("merge", all) => merge(all),
        ("type", [it]) => type_of(it),
        ("keys", [Value::Object(map)]) => {
            Ok(sorted(map.clone()).into_iter().map(|(key, _)| Value::String(key)).collect())
        }
        ("values", [Value::Object(map)]) => {
            Ok(sorted(map.clone()).into_iter().map(|(_, value)| value).collect())
        }
        ("sort", [Value::Array(items)]) => {
            let mut items = items.clone();
            items.sort_by(order);
            Ok(items.into())
        }
        ("join", [Value::String(between), Value::Array(items)]) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            if let Err(it) = world.spend(between.len() * texts.len() / 16) {
                return Some(Err(it));
            }
            Ok(texts.join(between).into())
        }
        ("reverse", [Value::String(text)]) => Ok(text.chars().rev().collect::<String>().into()),
        ("reverse", [Value::Array(items)]) => Ok(items.iter().rev().cloned().collect()),
        ("to_array", [it]) => {
            Ok(if it.is_array() { it.clone() } else { Value::Array(vec![it.clone()]) })
        }
        ("to_string", [Value::String(it)]) => Ok(it.as_str().into()),
        ("to_string", [it]) => Ok(marshal(it).into()),
        ("to_number", [it]) => match it {
            Value::String(text) => Ok(go_float::parse(text).map_or(Value::Null, of_float)),
            Value::Number(number) if !number.is_f64() => error("unknown type"),
            Value::Number(_) => Ok(it.clone()),
            _ => Ok(Value::Null),
        },
        ("not_null", all) => Ok(all.iter().find(|it| !it.is_null()).cloned().unwrap_or_default()),
        _ => return None,
    })
}

/// What Kyverno ends at without an answer.
fn panics(why: &str) -> Called {
    not_judged(format!("Kyverno panics: {why}"))
}

#[expect(clippy::cast_precision_loss, reason = "no list is so long")]
fn length(value: &Value) -> f64 {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => 0,
    };
    length as f64
}

/// Where both are lists or maps Go cannot compare them.
fn contains(items: &[Value], wanted: &Value) -> Called {
    for item in items {
        match (item, wanted) {
            (Value::Array(_), Value::Array(_)) => {
                return panics("it compares lists");
            }
            (Value::Object(_), Value::Object(_)) => {
                return panics("it compares maps");
            }
            _ if item == wanted => return Ok(true.into()),
            _ => {}
        }
    }
    Ok(false.into())
}

/// The order of two floats or two texts.
fn order(left: &Value, right: &Value) -> Ordering {
    match (float(left), float(right)) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.as_str().cmp(&right.as_str()),
    }
}

fn best(items: &Value, wanted: Ordering) -> Value {
    let mut items = items.as_array().into_iter().flatten();
    let Some(mut best) = items.next() else { return Value::Null };
    for item in items {
        if order(item, best) == wanted {
            best = item;
        }
    }
    best.clone()
}

fn merge(all: &[Value]) -> Called {
    let mut merged = Map::new();
    for map in all {
        let Value::Object(map) = map else {
            return panics("it merges what is no map");
        };
        merged.extend(map.clone());
    }
    Ok(merged.into())
}

fn type_of(value: &Value) -> Called {
    Ok(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if !number.is_f64() => return error("unknown type"),
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
    .into())
}

/// Functions that apply an expression to each element of a list.
pub(super) fn by_reference(
    name: &str,
    arguments: Vec<Operand<'_>>,
    interpreter: Interpreter<'_>,
) -> Called {
    let mut reference = None;
    let mut list = Value::Null;
    for argument in arguments {
        match argument {
            Operand::Reference(node) => reference = Some(node),
            other => list = interpreter.own(other)?,
        }
    }
    let (Some(node), Value::Array(items)) = (reference, list) else {
        return Err(Failure::NotJudged(format!("the function {name} with an expression")));
    };
    let keys = |is_lenient: bool| -> Result<Vec<Value>, Failure> {
        items.iter().map(|it| key(node, it, interpreter, is_lenient)).collect()
    };
    if name == "map" {
        return Ok(keys(true)?.into());
    }
    if items.len() < 2 {
        let first = items.first().cloned().unwrap_or_default();
        return Ok(if name == "sort_by" { items.into() } else { first });
    }
    let keys = keys(name != "sort_by").or_else(|it| match it {
        Failure::NotFound(_) => error("error in sort_by comparison"),
        other => Err(other),
    })?;
    let is_number = keys.first().is_some_and(|it| float(it).is_some());
    let is_text = keys.first().is_some_and(Value::is_string);
    if !is_number && !is_text {
        return error("invalid type, must be number of string");
    }
    let is_same = |it: &Value| if is_number { float(it).is_some() } else { it.is_string() };
    if !keys.iter().all(is_same) {
        return match name {
            "sort_by" => error("error in sort_by comparison"),
            _ if is_number => error("invalid type, must be number"),
            _ => error("invalid type, must be string"),
        };
    }
    let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(items).collect();
    let wanted = match name {
        "sort_by" => {
            pairs.sort_by(|(left, _), (right, _)| order(left, right));
            return Ok(pairs.into_iter().map(|(_, item)| item).collect());
        }
        "max_by" => Ordering::Greater,
        _ => Ordering::Less,
    };
    let mut pairs = pairs.into_iter();
    let Some(mut best) = pairs.next() else { return Ok(Value::Null) };
    for pair in pairs {
        if order(&pair.0, &best.0) == wanted {
            best = pair;
        }
    }
    Ok(best.1)
}

fn key(
    node: &Node,
    item: &Value,
    interpreter: Interpreter<'_>,
    is_lenient: bool,
) -> Result<Value, Failure> {
    let key = interpreter.execute(node, Operand::of(item));
    let key = if is_lenient { lenient(key) } else { key };
    key.map(Operand::into_value)
}
