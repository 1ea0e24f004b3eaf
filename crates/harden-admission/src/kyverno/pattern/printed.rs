//! Values as Go prints them, which Kyverno's messages hold.

use serde_json::{Number, Value};

use super::float;

/// A number as the API machinery has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Numeric {
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other.
    Float(f64),
}

impl Numeric {
    pub(crate) fn of(number: &Number) -> Self {
        number
            .as_i64()
            .map_or_else(|| Self::Float(number.as_f64().unwrap_or_default()), Self::Integer)
    }
}

/// What is deeper is not printed; the text of a document is never so deep.
const DEPTH: usize = 128;

/// The value by Go's `%v`: `map[a:1 b:[x y]]`.
pub(crate) fn value(value: &Value) -> String {
    let mut text = String::new();
    print(value, &mut text, 0);
    text
}

fn print(value: &Value, text: &mut String, depth: usize) {
    match value {
        _ if depth > DEPTH => text.push('…'),
        Value::Null => text.push_str("<nil>"),
        Value::Bool(is) => text.push_str(if *is { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&self::number(Numeric::of(number))),
        Value::String(string) => text.push_str(string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                print(item, text, depth + 1);
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            text.push_str("map[");
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                text.push_str(key);
                text.push(':');
                print(value, text, depth + 1);
            }
            text.push(']');
        }
    }
}

/// The number by Go's `%v`.
pub(crate) fn number(number: Numeric) -> String {
    match number {
        Numeric::Integer(whole) => whole.to_string(),
        Numeric::Float(float) => float::plain(float),
    }
}

/// The type by Go's `%T`.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) => match Numeric::of(number) {
            Numeric::Integer(_) => "int64",
            Numeric::Float(_) => "float64",
        },
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn maps_are_printed_by_their_keys() {
        let printed = value(&json!({"b": [1, "x", null, {}], "a": 1.5, "c": true}));
        assert_eq!(printed, "map[a:1.5 b:[1 x <nil> map[]] c:true]");
    }

    #[test]
    fn what_is_nested_without_end_is_cut() {
        let deep = (0..300).fold(json!(1), |inner, _| json!([inner]));
        assert!(value(&deep).contains("[…]"));
    }
}
