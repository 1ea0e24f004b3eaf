//! Selectors of labels, whose keys and values may have wildcards.

use serde_json::{Map, Value};

use super::field::{items, map, text, texts};
use crate::kyverno::pattern::wildcard::{is_wild, matches_text};

/// What labels must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kyverno) struct Selector {
    labels: Vec<(String, String)>,
    expressions: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: String,
    values: Vec<String>,
}

/// Labels, or annotations.
pub(in crate::kyverno) type Labels = Map<String, Value>;

impl Selector {
    pub(in crate::kyverno) fn read(value: &Value) -> Self {
        let labels = map(value, "matchLabels").into_iter().flatten();
        let labels =
            labels.map(|(key, it)| (key.clone(), it.as_str().unwrap_or_default().to_owned()));
        let expressions = items(value, "matchExpressions").iter().map(|it| Requirement {
            key: text(it, "key").to_owned(),
            operator: text(it, "operator").to_owned(),
            values: texts(it, "values"),
        });
        Self { labels: labels.collect(), expressions: expressions.collect() }
    }

    /// Whether labels are so; a selector that cannot be is met by none.
    pub(in crate::kyverno) fn matches(&self, labels: &Labels) -> bool {
        let has = |(key, value): &(String, String)| {
            if is_wild(key) || is_wild(value) {
                return any(labels, key, value);
            }
            labels.get(key).and_then(Value::as_str) == Some(value)
        };
        self.labels.iter().all(has) && self.expressions.iter().all(|it| it.holds(labels))
    }

    /// Whether it asks for nothing but the name of a namespace.
    pub(in crate::kyverno) fn is_about(&self, key: &str) -> bool {
        self.labels.iter().all(|(it, _)| it == key)
            && self.expressions.iter().all(|it| it.key == key)
    }
}

/// Whether one of the labels is as a key and a value with wildcards ask.
pub(super) fn any(labels: &Labels, key: &str, value: &str) -> bool {
    labels.iter().any(|(of_key, of_value)| {
        matches_text(key, of_key) && matches_text(value, of_value.as_str().unwrap_or_default())
    })
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key).and_then(Value::as_str);
        let is_listed = value.is_some_and(|it| self.values.iter().any(|value| value == it));
        match self.operator.as_str() {
            "In" => is_listed && !self.values.is_empty(),
            "NotIn" => !is_listed && !self.values.is_empty(),
            "Exists" => value.is_some() && self.values.is_empty(),
            "DoesNotExist" => value.is_none() && self.values.is_empty(),
            _ => false,
        }
    }
}
