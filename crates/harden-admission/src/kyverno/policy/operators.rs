//! The operators of conditions.

mod membership;

use std::cmp::Ordering;

use harden_core::kubernetes::Quantity;
use serde_json::{Number, Value};

use membership::{Mode, among, is_in};

use crate::kyverno::jmespath::version_order;
use crate::kyverno::pattern::wildcard::matches_text;
use crate::kyverno::pattern::{duration, float, printed};

/// All operators, as policies write them.
pub(crate) const OPERATORS: [&str; 18] = [
    "Equal",
    "Equals",
    "NotEqual",
    "NotEquals",
    "In",
    "AnyIn",
    "AllIn",
    "NotIn",
    "AnyNotIn",
    "AllNotIn",
    "GreaterThanOrEquals",
    "GreaterThan",
    "LessThanOrEquals",
    "LessThan",
    "DurationGreaterThanOrEquals",
    "DurationGreaterThan",
    "DurationLessThanOrEquals",
    "DurationLessThan",
];

/// Whether Kyverno ends without an answer: `In` and `NotIn` take elements for texts.
pub(crate) fn panics(operator: &str, key: &Value) -> bool {
    let is_old = matches!(operator.to_lowercase().as_str(), "in" | "notin");
    is_old && key.as_array().is_some_and(|it| !it.iter().all(Value::is_string))
}

/// Whether a condition holds; none where Kyverno does not know the operator.
pub(crate) fn holds(operator: &str, key: &Value, value: &Value) -> Option<bool> {
    Some(match operator.to_lowercase().as_str() {
        "equal" | "equals" => equals(key, value),
        "notequal" | "notequals" => differs(key, value),
        "in" => is_in(key, value, false),
        "notin" => is_in(key, value, true),
        "anyin" => among(key, value, Mode::AnyOf),
        "allin" => among(key, value, Mode::AllOf),
        "anynotin" => among(key, value, Mode::AnyBut),
        "allnotin" => among(key, value, Mode::AllBut),
        "greaterthanorequals" | "greaterthan" | "lessthanorequals" | "lessthan" => {
            compare(operator, key, value)
        }
        "durationgreaterthanorequals"
        | "durationgreaterthan"
        | "durationlessthanorequals"
        | "durationlessthan" => compare_durations(operator, key, value),
        _ => return None,
    })
}

/// The nanoseconds of a duration; zero without a unit is none.
fn duration_of(value: &Value) -> Option<i64> {
    value.as_str().filter(|it| *it != "0").and_then(duration::parse)
}

/// Whole seconds as nanoseconds.
fn seconds(value: &Value) -> Option<i64> {
    let whole = match value {
        Value::Number(number) if number.is_f64() => float::whole(number.as_f64()?),
        Value::Number(number) => number.as_i64()?,
        _ => return None,
    };
    Some(whole.wrapping_mul(1_000_000_000))
}

/// Two durations, one of which may be seconds; none where neither is a duration.
fn durations(key: &Value, value: &Value) -> Option<(i64, i64)> {
    let (left, right) = (duration_of(key), duration_of(value));
    if left.is_none() && right.is_none() {
        return None;
    }
    Some((left.or_else(|| seconds(key))?, right.or_else(|| seconds(value))?))
}

fn quantity(value: &str) -> Option<Quantity> {
    value.parse().ok()
}

fn is_whole(float: f64) -> bool {
    float.fract() == 0.0
}

/// Whether two numbers are the same; the float must be whole where the other one is.
fn same_number(left: &Number, right: &Number) -> bool {
    match (left.as_i64().filter(|_| !left.is_f64()), right.as_i64().filter(|_| !right.is_f64())) {
        (Some(left), Some(right)) => left == right,
        (Some(whole), None) | (None, Some(whole)) => {
            let other = if left.is_f64() { left } else { right }.as_f64().unwrap_or_default();
            is_whole(other) && float::whole(other) == whole
        }
        (None, None) => left.as_f64() == right.as_f64(),
    }
}

/// Whether a number is what a text says; none where the text is no such number.
fn number_in_text(number: &Number, text: &str) -> Option<bool> {
    if number.is_f64() {
        return float::parse(text).map(|it| number.as_f64() == Some(it));
    }
    text.parse::<i64>().ok().map(|it| number.as_i64() == Some(it))
}

fn equals(key: &Value, value: &Value) -> bool {
    match (key, value) {
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => same_number(left, right),
        (Value::Number(left), Value::String(right)) => {
            number_in_text(left, right).unwrap_or_default()
        }
        (Value::String(text), _) => {
            if let Some((left, right)) = durations(key, value) {
                return left == right;
            }
            let Some(right) = value.as_str() else { return false };
            match quantity(text) {
                Some(left) => quantity(right).is_some_and(|right| left == right),
                None => matches_text(right, text),
            }
        }
        (Value::Object(left), Value::Object(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => left == right,
        _ => false,
    }
}

fn differs(key: &Value, value: &Value) -> bool {
    match (key, value) {
        (Value::Null, _) => false,
        (Value::String(text), Value::String(right))
            if durations(key, value).is_none() && quantity(text).is_some() && right.is_empty() =>
        {
            !matches_text(right, text)
        }
        (Value::Number(left), Value::String(right)) => {
            number_in_text(left, right).is_none_or(|same| !same)
        }
        _ => !equals(key, value),
    }
}

/// A value as Go prints it.
fn print(value: &Value) -> String {
    printed::value(value)
}

fn is_so(operator: &str, order: Option<Ordering>) -> bool {
    match (operator.strip_prefix("Duration").unwrap_or(operator), order) {
        ("GreaterThanOrEquals", Some(it)) => it != Ordering::Less,
        ("GreaterThan", Some(it)) => it == Ordering::Greater,
        ("LessThanOrEquals", Some(it)) => it != Ordering::Greater,
        ("LessThan", Some(it)) => it == Ordering::Less,
        _ => false,
    }
}

fn compare(operator: &str, key: &Value, value: &Value) -> bool {
    let order = match key {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            durations(key, value)
                .map(|(left, right)| left.cmp(&right))
                .or_else(|| number.partial_cmp(&number_of(value)?))
        }
        Value::String(text) => {
            if let Some((left, right)) = durations(key, value) {
                Some(left.cmp(&right))
            } else if let (Some(left), Some(right)) =
                (quantity(text), value.as_str().and_then(quantity))
            {
                Some(left.cmp(&right))
            } else if let Some(left) = float::parse(text) {
                let left = Value::from(left);
                return compare(operator, &left, value);
            } else {
                value.as_str().and_then(|right| version_order(text, right))
            }
        }
        _ => None,
    };
    is_so(operator, order)
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => float::parse(text),
        _ => None,
    }
}

fn compare_durations(operator: &str, key: &Value, value: &Value) -> bool {
    let of = |it: &Value| match it {
        Value::String(text) => duration::parse(text),
        other => seconds(other),
    };
    is_so(operator, of(key).zip(of(value)).map(|(left, right)| left.cmp(&right)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn are(operator: &str, cases: &[(Value, Value, bool)]) {
        for (key, value, expected) in cases {
            let found = holds(operator, key, value);
            assert_eq!(found, Some(*expected), "{key} {operator} {value}");
        }
    }

    #[test]
    fn equality_knows_durations_quantities_and_wildcards() {
        let cases = [
            (json!("1h"), json!("60m"), true),
            (json!("1Gi"), json!("1024Mi"), true),
            (json!("nginx:1"), json!("nginx:*"), true),
            (json!(3), json!(3.0), true),
            (json!(3.5), json!(3), false),
            (json!(3.0), json!("3"), true),
            (json!(60), json!("1m"), false),
            (json!("1m0s"), json!(60), true),
            (json!(true), json!("true"), false),
            (json!(["a"]), json!(["a"]), true),
            (json!(null), json!(null), false),
            (json!("1"), json!("a"), false),
        ];
        are("Equals", &cases);
        are("NotEquals", &[(json!("1"), json!(""), true), (json!(null), json!("a"), false)]);
    }

    #[test]
    fn lists_are_looked_through_with_wildcards_both_ways() {
        are(
            "AnyIn",
            &[
                (json!("a"), json!(["a", "b"]), true),
                (json!("abc"), json!(["a*"]), true),
                (json!(["x", "b"]), json!(["b"]), true),
                (json!(["x"]), json!([]), false),
                (json!(8), json!("1-10"), true),
                (json!([8, 11]), json!("1-10"), true),
                (json!("a"), json!("[\"a\"]"), true),
                (json!("a"), json!(1), false),
                (json!(null), json!(["a"]), false),
            ],
        );
        are("AllIn", &[(json!(["a", "b"]), json!(["a"]), false), (json!([]), json!(["a"]), true)]);
        are(
            "AnyNotIn",
            &[(json!(["a", "b"]), json!(["a"]), true), (json!([11]), json!("1-10"), true)],
        );
        are(
            "AllNotIn",
            &[(json!(["a", "b"]), json!(["a"]), false), (json!("c"), json!(["a"]), true)],
        );
        are("In", &[(json!(["a"]), json!(["a", "b"]), true), (json!("a"), json!("b"), false)]);
        are("NotIn", &[(json!(["a", "c"]), json!(["a"]), true), (json!("c"), json!(["a"]), true)]);
    }

    #[test]
    fn numbers_durations_quantities_and_versions_have_an_order() {
        are(
            "GreaterThan",
            &[
                (json!(3), json!(2.5), true),
                (json!("2Gi"), json!("1Gi"), true),
                (json!("2h"), json!("90m"), true),
                (json!("1.10.0"), json!("1.9.0"), true),
                (json!("3"), json!(2), true),
                (json!(3), json!("2"), true),
                (json!("x"), json!("a"), false),
                (json!(null), json!(1), false),
            ],
        );
        are(
            "DurationLessThan",
            &[(json!("30s"), json!("1m"), true), (json!(90), json!("1m"), false)],
        );
        assert_eq!(holds("Like", &json!(1), &json!(1)), None);
    }
}
