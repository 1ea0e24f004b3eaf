//! A state of an object as it is shown: without secrets, and knowing which they were.

use std::collections::BTreeSet;

use harden_core::secrecy::{self, HIDDEN, LAST_APPLIED};
use serde_json::Value;

use crate::deliver::difference;

/// What stands in place of a value that is another than it was.
const OTHER: &str = "(hidden, other)";

/// A state of an object.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// All of it, for comparing; it is never shown.
    raw: Value,
    /// The same without what may be secret. None where nobody knows what is.
    told: Option<Value>,
}

impl State {
    pub(super) fn of(mut raw: Value) -> Self {
        if let Some(metadata) = raw.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove("managedFields");
            let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
            if let Some(annotations) = annotations {
                annotations.shift_remove(LAST_APPLIED);
            }
        }
        if let Some(fields) = raw.as_object_mut() {
            fields.shift_remove("status");
        }
        let told = secrecy::told(&raw.to_string()).and_then(|it| serde_json::from_str(&it).ok());
        Self { raw, told }
    }

    /// Its text, for rules to look at.
    pub(super) fn text(&self) -> String {
        self.raw.to_string()
    }

    /// What must not be said of it.
    pub(super) fn secrets(&self, values: &mut BTreeSet<String>) {
        collect(&self.raw, self.told.as_ref(), values);
        let text = self.text();
        values.extend(secrecy::values(&text).iter().map(|it| it.text(&text).to_owned()));
    }
}

/// A unified diff of two states, without colours; empty where they are the same.
pub(super) fn difference(title: &str, before: Option<&State>, after: &State) -> String {
    let Some(mut told) = after.told.clone() else {
        return "it is not told, because nobody knows what of it is secret\n".to_owned();
    };
    if let Some(before) = before {
        mark(&mut told, &after.raw, &before.raw);
    }
    let before = before.and_then(|it| it.told.as_ref());
    let (before, after) = difference::states(before, &told);
    let text = difference::render((title, "applied"), &before, &after);
    anstream::adapter::strip_str(&text).to_string()
}

/// Marks hidden values that are others than they were.
fn mark(told: &mut Value, after: &Value, before: &Value) {
    match (told, after, before) {
        (Value::String(text), after, before) if after != before => {
            *text = text.replace(HIDDEN, OTHER);
        }
        (Value::Object(told), Value::Object(after), Value::Object(before)) => {
            for (key, told) in told.iter_mut() {
                if let (Some(after), Some(before)) = (after.get(key), before.get(key)) {
                    mark(told, after, before);
                }
            }
        }
        (Value::Array(told), Value::Array(after), Value::Array(before)) => {
            for (index, (told, after)) in told.iter_mut().zip(after).enumerate() {
                let name = after.get("name").filter(|it| it.is_string());
                let of_name = |name| before.iter().find(|it| it.get("name") == Some(name));
                if let Some(before) = name.map_or_else(|| before.get(index), of_name) {
                    mark(told, after, before);
                }
            }
        }
        _ => {}
    }
}

/// Collects the texts and numbers of a value that are not told.
fn collect(raw: &Value, told: Option<&Value>, values: &mut BTreeSet<String>) {
    match raw {
        Value::String(text) if told.and_then(Value::as_str) != Some(text) => {
            values.insert(text.clone());
            values.extend(text.lines().map(str::trim).map(str::to_owned));
        }
        Value::Number(number) if told != Some(raw) => {
            values.insert(number.to_string());
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, told.and_then(|it| it.get(index)), values);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                collect(value, told.and_then(|it| it.get(key)), values);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(value: &str, image: &str) -> State {
        State::of(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
            "spec": {"containers": [{"name": "c", "image": image, "env": [{"name": "A", "value": value}]}]}
        }))
    }

    #[test]
    fn that_a_hidden_value_is_another_is_said_and_nothing_more() {
        let text = difference("Pod a", Some(&state("marker1", "a:1")), &state("marker2", "a:2"));
        assert!(text.contains("image: \"a:2\""), "{text}");
        assert!(text.contains("(hidden, other)") && !text.contains("marker"), "{text}");
        let same = state("marker1", "a:1");
        assert_eq!(difference("Pod a", Some(&same), &same.clone()), "");
        let new = difference("Pod a", None, &same);
        assert!(new.contains("(hidden)") && !new.contains("marker"), "{new}");
    }

    #[test]
    fn what_is_hidden_is_known() {
        let mut values = BTreeSet::new();
        state("marker1", "a:1").secrets(&mut values);
        assert_eq!(values.into_iter().collect::<Vec<_>>(), ["marker1"]);
        let mut values = BTreeSet::new();
        let number = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"password": 98_765_432}});
        State::of(number).secrets(&mut values);
        assert!(values.contains("98765432"), "{values:?}");
    }
}
