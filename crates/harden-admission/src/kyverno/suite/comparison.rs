//! Whether a resource became what a file says, as Kyverno's command compares them.

use serde_json::{Map, Value, json};

use super::files::{self, Files};
use super::loading;
use crate::{Cluster, Object};

use super::evaluation::Key;

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    /// Where they first differ, as a JSON pointer.
    Different(String),
    /// The file has no such resource.
    Absent,
    /// The file cannot be read.
    Unreadable(String),
}

/// Compares a resource with that of its name in a file.
pub(super) fn compare(
    files: &dyn Files,
    path: &str,
    cluster: &Cluster,
    actual: &Object,
) -> Comparison {
    let documents = match files::documents(files, path) {
        Ok(documents) => documents,
        Err(failure) => return Comparison::Unreadable(failure.to_string()),
    };
    let mut expected = documents.into_iter().map(|it| loading::resource(it, cluster));
    let Some(expected) = expected.find(|it| Key::of(it) == Key::of(actual)) else {
        return Comparison::Absent;
    };
    let tidy = |it: &Object| tidy(&label(it.json())).unwrap_or(Value::Null);
    match difference(&tidy(actual), &tidy(&expected)) {
        None => Comparison::Same,
        Some(pointer) => Comparison::Different(pointer),
    }
}

/// The labels that generation sets are left out of the comparison.
fn label(json: &Value) -> Value {
    let mut labels = Map::new();
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "kyverno".into());
    let own = json.pointer("/metadata/labels").and_then(Value::as_object);
    for (key, value) in own.into_iter().flatten() {
        if !key.starts_with("generate.kyverno.io/") {
            labels.insert(key.clone(), value.clone());
        }
    }
    let mut json = json.clone();
    match json.get_mut("metadata").and_then(Value::as_object_mut) {
        Some(metadata) => drop(metadata.insert("labels".to_owned(), labels.into())),
        None => {
            if let Value::Object(map) = &mut json {
                map.insert("metadata".to_owned(), json!({"labels": labels}));
            }
        }
    }
    json
}

/// The value without nulls and without what is empty for want of others; none where nothing is left.
fn tidy(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(map) => {
            let rest = map.iter().filter_map(|(key, value)| Some((key.clone(), tidy(value)?)));
            let rest: Map<_, _> = rest.collect();
            (!rest.is_empty()).then_some(Value::Object(rest))
        }
        Value::Array(items) => {
            let rest: Vec<_> = items.iter().filter_map(tidy).collect();
            (!rest.is_empty()).then_some(Value::Array(rest))
        }
        other => Some(other.clone()),
    }
}

/// Where two values first differ; whole numbers and doubles of one value are the same.
fn difference(actual: &Value, expected: &Value) -> Option<String> {
    match (actual, expected) {
        (Value::Object(one), Value::Object(other)) => {
            let missing = other.keys().find(|key| !one.contains_key(*key));
            let of_one = one.iter().find_map(|(key, value)| {
                let step = step(key);
                let Some(expected) = other.get(key) else { return Some(step) };
                Some(step + &difference(value, expected)?)
            });
            of_one.or_else(|| missing.map(|it| step(it)))
        }
        (Value::Array(one), Value::Array(other)) => {
            let length = (one.len() != other.len()).then(String::new);
            let pairs = one.iter().zip(other).enumerate();
            let mut of_items = pairs.filter_map(|(index, (actual, expected))| {
                Some(format!("/{index}{}", difference(actual, expected)?))
            });
            of_items.next().or(length)
        }
        (Value::Number(one), Value::Number(other)) => {
            (one != other && one.as_f64() != other.as_f64()).then(String::new)
        }
        (one, other) => (one != other).then(String::new),
    }
}

fn step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_and_what_is_empty_count_for_nothing() {
        let one = json!({"a": {"b": null, "c": []}, "d": [{}, 1], "e": false, "f": ""});
        assert_eq!(tidy(&one), Some(json!({"d": [1], "e": false, "f": ""})));
    }

    #[test]
    fn the_first_difference_is_named() {
        let one = json!({"a": [{"b": 1}, {"b": 2.0}], "c/d": "x"});
        assert_eq!(difference(&one, &json!({"a": [{"b": 1.0}, {"b": 2}], "c/d": "x"})), None);
        let at = |other: Value| difference(&one, &other);
        assert_eq!(at(json!({"a": [{"b": 1}, {"b": 3}], "c/d": "x"})), Some("/a/1/b".into()));
        assert_eq!(at(json!({"a": [{"b": 1}], "c/d": "x"})), Some("/a".into()));
        assert_eq!(at(json!({"a": [{"b": 1}, {"b": 2}]})), Some("/c~1d".into()));
        assert_eq!(difference(&json!({}), &json!({"x": 1})), Some("/x".into()));
    }
}
