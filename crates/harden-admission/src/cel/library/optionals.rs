//! Optional values.

use std::sync::Arc;

use super::{Budget, Failure, Result, Value};

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("optional.of", [it]) => Ok(Value::some(it.clone())),
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("optional.ofNonZeroValue", [it]) => {
            Ok(if is_zero(it) { Value::Optional(None) } else { Value::some(it.clone()) })
        }
        ("hasValue", [Value::Optional(it)]) => Ok(Value::Bool(it.is_some())),
        ("value", [Value::Optional(Some(it))]) => Ok(Value::clone(&Arc::clone(it))),
        ("value", [Value::Optional(None)]) => Failure::error("optional.none() dereference"),
        _ => return None,
    })
}

fn is_zero(it: &Value) -> bool {
    match it {
        Value::Null => true,
        Value::Bool(it) => !it,
        Value::Int(it) | Value::Duration(it) => *it == 0,
        Value::Uint(it) => *it == 0,
        Value::Double(it) => *it == 0.0,
        Value::String(it) => it.is_empty(),
        Value::Bytes(it) => it.is_empty(),
        Value::List(it) => it.is_empty(),
        Value::Map(it) => it.is_empty(),
        _ => false,
    }
}
