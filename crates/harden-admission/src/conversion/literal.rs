//! Values as expressions.

use serde_json::Value;

use super::text::quoted;

/// A value of any shape as an expression.
pub(super) fn literal(value: &Value) -> String {
    let wrapped = |items: Vec<String>, [open, close]: [&str; 2]| {
        format!("dyn({open}{}{close})", items.join(", "))
    };
    match value {
        Value::Null => "dyn(null)".to_owned(),
        Value::Bool(it) => format!("dyn({it})"),
        Value::Number(it) => match it.as_i64() {
            Some(it) => format!("dyn({it})"),
            None => format!("dyn({:?})", it.as_f64().unwrap_or_default()),
        },
        Value::String(it) => format!("dyn({})", quoted(it)),
        Value::Array(items) => wrapped(items.iter().map(literal).collect(), ["[", "]"]),
        Value::Object(map) => {
            let entry = |(key, it): (&String, &Value)| format!("{}: {}", quoted(key), literal(it));
            wrapped(map.iter().map(entry).collect(), ["{", "}"])
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_all_types_stand_beside_each_other() {
        let value = json!({"a": [1, "x", null, true], "b": {}});
        let expected = r#"dyn({"a": dyn([dyn(1), dyn("x"), dyn(null), dyn(true)]), "b": dyn({})})"#;
        assert_eq!(literal(&value), expected);
    }
}
