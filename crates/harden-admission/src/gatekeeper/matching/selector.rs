//! Label selectors.

use harden_core::kubernetes::{is_label_value, is_qualified_name};
use serde_json::Value;

use super::Refused;
use crate::Object;

/// The label that every namespace has.
const NAME: &str = "kubernetes.io/metadata.name";

/// What labels must be like.
#[derive(Debug, Clone)]
pub(in super::super) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector; an empty one is for all labels.
    pub(in super::super) fn read(it: Option<&Value>) -> Result<Option<Self>, Refused> {
        let Some(it) = it.filter(|it| !it.is_null()) else { return Ok(None) };
        let labels = it.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(key, value)| {
            let value = value.as_str().ok_or("a label that is no text")?;
            Requirement::checked(key, "In", vec![value.to_owned()])
        });
        let expressions = it.get("matchExpressions").and_then(Value::as_array);
        let expressions = expressions.into_iter().flatten().map(|it| {
            let text = |key: &str| it.get(key).and_then(Value::as_str).unwrap_or_default();
            let values = it.get("values").and_then(Value::as_array).into_iter().flatten();
            let values = values.filter_map(Value::as_str).map(str::to_owned).collect();
            Requirement::checked(text("key"), text("operator"), values)
        });
        labels.chain(expressions).collect::<Result<_, _>>().map(|all| Some(Self(all)))
    }

    /// Whether an object has such labels.
    pub(in super::super) fn matches(&self, object: &Object) -> bool {
        self.0.iter().all(|it| it.holds(object.label(&it.key)))
    }

    /// Whether it asks for nothing but the name of a namespace.
    pub(super) fn is_of_names(&self) -> bool {
        self.0.iter().all(|it| it.key == NAME)
    }
}

impl Requirement {
    fn checked(key: &str, operator: &str, values: Vec<String>) -> Result<Self, Refused> {
        let operator = match operator {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => return Err(format!("{other:?} is not a valid label selector operator")),
        };
        let takes_values = matches!(operator, Operator::In | Operator::NotIn);
        if takes_values == values.is_empty() {
            let what = if takes_values { "must be specified" } else { "may not be specified" };
            return Err(format!("values {what} for the operator of the label {key:?}"));
        }
        if !is_qualified_name(key) || !values.iter().all(|it| is_label_value(it)) {
            return Err(format!("invalid label {key:?} or value of it"));
        }
        Ok(Self { key: key.to_owned(), operator, values })
    }

    fn holds(&self, label: Option<&str>) -> bool {
        let is_listed = label.is_some_and(|it| self.values.iter().any(|value| value == it));
        match self.operator {
            Operator::In => is_listed,
            Operator::NotIn => !is_listed,
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
        }
    }
}
