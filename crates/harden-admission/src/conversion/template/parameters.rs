//! An object with parameters as those of a constraint, with their schema.

use serde_json::{Map, Value, json};

/// What every object has, and few expressions ask for.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The parameters that an object is for some expressions, in which it is called `variables.params`.
pub(super) fn read(object: &Value, expressions: &[&str]) -> Value {
    let asked: Vec<&str> = expressions.iter().flat_map(|it| asked(it)).collect();
    let is_kept =
        |key: &str| !HEAD.contains(&key) || asked.iter().any(|it| it.is_empty() || *it == key);
    let mut made: Map<String, Value> = object.as_object().cloned().unwrap_or_default();
    made.retain(|key, _| is_kept(key));
    if let Some(Value::Object(metadata)) = made.get_mut("metadata") {
        metadata.remove("managedFields");
    }
    made.into()
}

/// The fields of the parameters that an expression asks for; an empty one stands for all of them.
fn asked(expression: &str) -> impl Iterator<Item = &str> {
    expression.split("variables.params").skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        if rest.starts_with("==") || rest.starts_with("!=") {
            return None;
        }
        let field = rest.strip_prefix('.').map(|it| it.trim_start_matches('?')).unwrap_or_default();
        let end = field.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(field.len());
        field.get(..end)
    })
}

/// The schema of a value.
pub(super) fn schema(of: &Value) -> Value {
    let any = || json!({"x-kubernetes-preserve-unknown-fields": true});
    match of {
        Value::Null => any(),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(it) if it.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(items) => {
            let mut schemas = items.iter().map(schema);
            let first = schemas.next();
            let items = first.filter(|first| schemas.all(|it| it == *first)).unwrap_or_else(any);
            json!({"type": "array", "items": items})
        }
        Value::Object(map) if !map.is_empty() && map.values().all(Value::is_string) => {
            json!({"type": "object", "additionalProperties": {"type": "string"}})
        }
        Value::Object(map) if map.is_empty() => {
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
        }
        Value::Object(map) => {
            let all: Map<String, Value> =
                map.iter().map(|(key, it)| (key.clone(), schema(it))).collect();
            json!({"type": "object", "properties": all})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_parameters_is_kept_what_expressions_may_ask_for() {
        let object = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "managedFields": []},
            "data": {"a": "b"},
        });
        let kept = |expression: &str| -> Vec<String> {
            read(&object, &[expression]).as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(kept("variables.params == null || variables.params.data.a == 'b'"), ["data"]);
        assert_eq!(kept("variables.params.?data.a"), ["data"]);
        assert_eq!(kept("has(variables.params.metadata.name)"), ["metadata", "data"]);
        assert_eq!(kept("'x' in variables.params").len(), 4);
        assert_eq!(kept("variables.params[variables.key] == 1").len(), 4);
    }

    #[test]
    fn schemas_are_those_of_the_values() {
        let value =
            json!({"data": {"a": "b"}, "n": 1, "list": [1, 2], "mixed": [1, "x"], "none": {}});
        let any = json!({"x-kubernetes-preserve-unknown-fields": true});
        assert_eq!(
            schema(&value),
            json!({"type": "object", "properties": {
                "data": {"type": "object", "additionalProperties": {"type": "string"}},
                "n": {"type": "integer"},
                "list": {"type": "array", "items": {"type": "integer"}},
                "mixed": {"type": "array", "items": any},
                "none": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }})
        );
    }
}
