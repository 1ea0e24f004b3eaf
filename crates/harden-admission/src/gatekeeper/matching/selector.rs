//! Label selectors.

use harden_core::kubernetes::{is_label_value, is_qualified_name};
use serde_json::Value;

use super::Refused;
use crate::Object;
use crate::labels::{Operator, Requirement};

/// The label that every namespace has.
const NAME: &str = "kubernetes.io/metadata.name";

/// What labels must be like.
#[derive(Debug, Clone)]
pub(in super::super) struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads a selector; an empty one is for all labels.
    pub(in super::super) fn read(it: Option<&Value>) -> Result<Option<Self>, Refused> {
        let Some(it) = it.filter(|it| !it.is_null()) else { return Ok(None) };
        let labels = it.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(key, value)| {
            let value = value.as_str().ok_or("a label that is no text")?;
            checked(key, "In", vec![value.to_owned()])
        });
        let expressions = it.get("matchExpressions").and_then(Value::as_array);
        let expressions = expressions.into_iter().flatten().map(|it| {
            let text = |key: &str| it.get(key).and_then(Value::as_str).unwrap_or_default();
            let values = it.get("values").and_then(Value::as_array).into_iter().flatten();
            let values = values.filter_map(Value::as_str).map(str::to_owned).collect();
            checked(text("key"), text("operator"), values)
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

fn checked(key: &str, operator: &str, values: Vec<String>) -> Result<Requirement, Refused> {
    let Some(operator) = Operator::named(operator) else {
        return Err(format!("{operator:?} is not a valid label selector operator"));
    };
    if operator.takes_values() == values.is_empty() {
        let what =
            if operator.takes_values() { "must be specified" } else { "may not be specified" };
        return Err(format!("values {what} for the operator of the label {key:?}"));
    }
    if !is_qualified_name(key) || !values.iter().all(|it| is_label_value(it)) {
        return Err(format!("invalid label {key:?} or value of it"));
    }
    Ok(Requirement { key: key.to_owned(), operator, values })
}
