//! Quantities of resources.

use std::cmp::Ordering;
use std::sync::Arc;

use harden_core::kubernetes::Quantity;

use super::{Budget, Failure, Result, Value};

const NANO: i128 = 1_000_000_000;

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    match (name, args) {
        ("isQuantity", [Value::String(text)]) => {
            return Some(Ok(Value::Bool(text.parse::<Quantity>().is_ok())));
        }
        ("quantity", [Value::String(text)]) => return Some(read(text)),
        _ => {}
    }
    let [Value::Quantity(it), rest @ ..] = args else { return None };
    Some(match (name, rest) {
        ("sign", []) => Ok(Value::Int(match it.nanos().cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        ("isGreaterThan", [Value::Quantity(other)]) => Ok(Value::Bool(it > other)),
        ("isLessThan", [Value::Quantity(other)]) => Ok(Value::Bool(it < other)),
        ("compareTo", [Value::Quantity(other)]) => Ok(Value::Int(match it.cmp(other) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        #[expect(clippy::cast_precision_loss, reason = "approximate by its name")]
        ("asApproximateFloat", []) => Ok(Value::Double(it.nanos() as f64 / NANO as f64)),
        ("asInteger", []) => match whole(it) {
            Some(it) => Ok(Value::Int(it)),
            None => Failure::error("cannot convert value to integer"),
        },
        ("isInteger", []) => Ok(Value::Bool(whole(it).is_some())),
        ("add", [Value::Quantity(other)]) => Ok(sum(it, other)),
        ("sub", [Value::Quantity(other)]) => Ok(sum(it, &other.times(-1))),
        ("add", [Value::Int(other)]) => Ok(sum(it, &Quantity::one().times(*other))),
        ("sub", [Value::Int(other)]) => match other.checked_neg() {
            Some(other) => Ok(sum(it, &Quantity::one().times(other))),
            None => Failure::not_judged("the smallest int as a quantity"),
        },
        _ => return None,
    })
}

fn read(text: &str) -> Result<Value> {
    match text.parse() {
        Ok(it) => Ok(Value::Quantity(Arc::new(it))),
        Err(_) => Failure::error(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    }
}

fn whole(it: &Quantity) -> Option<i64> {
    it.is_whole().then(|| i64::try_from(it.nanos() / NANO).ok()).flatten()
}

fn sum(it: &Quantity, other: &Quantity) -> Value {
    Value::Quantity(Arc::new(it.plus(other)))
}
