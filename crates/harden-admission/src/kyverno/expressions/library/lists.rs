//! Lists made into maps.

use std::sync::Arc;

use super::{Part, Result, error};
use crate::cel::{Key, Map, Value};

pub(super) const PART: Part = Part {
    table: "\
listObjToMap(list(dyn), list(dyn), string, string) -> map(dyn, dyn)
transform.listObjToMap(list(dyn), list(dyn), string, string) -> map(dyn, dyn)",
    call,
};

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    if name.strip_prefix("transform.").unwrap_or(name) != "listObjToMap" {
        return None;
    }
    let [Value::List(keys), Value::List(values), Value::String(key), Value::String(value)] = args
    else {
        return None;
    };
    Some(joined(keys, values, key, value))
}

/// The fields of objects of two lists, by their places, as the entries of a map.
fn joined(keys: &[Value], values: &[Value], key: &str, value: &str) -> Result<Value> {
    if keys.len() != values.len() {
        let (first, second) = (keys.len(), values.len());
        return error(format!(
            "listObjToMap must take lists of equal length. list1: {first}, list2: {second}"
        ));
    }
    let mut entries = Vec::new();
    for (of_key, of_value) in keys.iter().zip(values) {
        let (Value::Map(of_key), Value::Map(of_value)) = (of_key, of_value) else {
            return error(
                "object cannot be handled as a map string to any in the value object list",
            );
        };
        let Some(Value::String(key)) = of_key.field(key) else {
            return error(
                "the passed key name cannot be handled as a string in the key object list",
            );
        };
        let value = of_value.field(value).cloned().unwrap_or(Value::Null);
        entries.push((Key::String(key.clone()), value));
    }
    Ok(Value::Map(Arc::new(entries.into_iter().collect::<Map>())))
}
