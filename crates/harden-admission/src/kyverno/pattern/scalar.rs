//! Values of a pattern that are neither map nor list, and what of a resource is as they ask.

use serde_json::Value;

use super::budget::{Budget, Exhausted};
use super::condition::Conditions;
use super::float;
use super::printed::{self, Numeric};

/// A value that a pattern asks for.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    /// Nothing, or nothing in it: zero, the empty text, false.
    Null,
    Bool(bool),
    Number(Numeric),
    Text(Conditions),
}

impl Scalar {
    /// Whether a value is as this asks.
    pub(in crate::kyverno::pattern) fn admits(
        &self,
        value: &Value,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        budget.spend(1)?;
        Ok(match self {
            Self::Null => is_empty(value),
            Self::Bool(is) => value.as_bool() == Some(*is),
            Self::Number(Numeric::Integer(whole)) => is_integer(*whole, value),
            Self::Number(Numeric::Float(float)) => is_float(*float, value),
            Self::Text(conditions) => return conditions.admit(value, budget),
        })
    }

    /// The type by Go's `%T`.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "<nil>",
            Self::Bool(_) => "bool",
            Self::Number(Numeric::Integer(_)) => "int64",
            Self::Number(Numeric::Float(_)) => "float64",
            Self::Text(_) => "string",
        }
    }

    /// By Go's `%v`.
    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Null => "<nil>".to_owned(),
            Self::Bool(is) => is.to_string(),
            Self::Number(number) => printed::number(*number),
            Self::Text(conditions) => conditions.text().to_owned(),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => false,
    }
}

#[expect(clippy::float_cmp, reason = "upstream compares so")]
fn is_integer(expected: i64, value: &Value) -> bool {
    match value {
        Value::Number(number) => match Numeric::of(number) {
            Numeric::Integer(whole) => whole == expected,
            Numeric::Float(float) => float == float.trunc() && float::whole(float) == expected,
        },
        Value::String(text) => text.parse() == Ok(expected),
        _ => false,
    }
}

#[expect(clippy::float_cmp, reason = "upstream compares so")]
fn is_float(expected: f64, value: &Value) -> bool {
    match value {
        Value::Number(number) => match Numeric::of(number) {
            Numeric::Integer(whole) => {
                expected == expected.trunc() && float::whole(expected) == whole
            }
            Numeric::Float(float) => float == expected,
        },
        Value::String(text) => float::parse(text) == Some(expected),
        _ => false,
    }
}
