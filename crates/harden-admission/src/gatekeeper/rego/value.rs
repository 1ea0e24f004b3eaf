//! Values of Rego from JSON, and back.

use regorus::Value;
use serde_json::Value as Json;

/// An object as OPA reads it: whole numbers are whole however they are written.
pub(crate) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(it) => match (it.as_i64(), it.as_f64()) {
            (Some(it), _) => Value::from(it),
            (None, Some(it)) => float(it),
            (None, None) => Value::Undefined,
        },
        Json::String(it) => Value::from(it.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(fields) => {
            object(fields.iter().map(|(key, it)| (key.as_str(), from_json(it))))
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
fn float(it: f64) -> Value {
    if it.fract() == 0.0 && it.abs() < 9e15 { Value::from(it as i64) } else { Value::from(it) }
}

/// An object of fields.
pub(super) fn object<'k>(fields: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    let fields = fields.into_iter().map(|(key, it)| (Value::from(key), it));
    Value::from(fields.collect::<std::collections::BTreeMap<_, _>>())
}

/// A value as JSON, if it is not too large: what is in it may be shared, so that few steps make more than there
/// is memory for.
pub(crate) fn bounded_json(value: &Value) -> Option<Json> {
    const MOST: usize = 100_000;
    let mut count = 0;
    let mut open = vec![value];
    while let Some(it) = open.pop() {
        count += 1;
        if count > MOST {
            return None;
        }
        match it {
            Value::Array(items) => open.extend(items.iter()),
            Value::Set(items) => open.extend(items.iter()),
            Value::Object(fields) => open.extend(fields.iter().flat_map(|(key, it)| [key, it])),
            _ => {}
        }
    }
    Some(to_json(value))
}

/// A value as JSON; sets are lists, as in the details of a violation.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Undefined => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Number(it) => match (it.as_i64(), it.as_f64()) {
            (Some(it), _) => it.into(),
            (None, Some(it)) => it.into(),
            (None, None) => Json::Null,
        },
        Value::String(it) => it.to_string().into(),
        Value::Array(items) => items.iter().map(to_json).collect(),
        Value::Set(items) => items.iter_sorted().map(to_json).collect(),
        Value::Object(fields) => Json::Object(
            fields
                .iter_sorted()
                .map(|(key, it)| match key {
                    Value::String(key) => (key.to_string(), to_json(it)),
                    other => (super::term::term(other), to_json(it)),
                })
                .collect(),
        ),
    }
}
