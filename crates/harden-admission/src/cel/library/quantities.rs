//! Quantities of resources.

use std::cmp::Ordering;
use std::sync::Arc;

use harden_core::kubernetes::Quantity;

use super::super::value::Amount;
use super::{Budget, Failure, Result, Value};

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    match (name, args) {
        ("isQuantity", [Value::String(text)]) => {
            return Some(Ok(Value::Bool(text.parse::<Quantity>().is_ok())));
        }
        ("quantity", [Value::String(text)]) => return Some(read(text)),
        _ => {}
    }
    let [Value::Quantity(it), rest @ ..] = args else { return None };
    let quantity = &it.quantity;
    Some(match (name, rest) {
        ("sign", []) => Ok(Value::Int(match quantity.nanos().cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        ("isGreaterThan", [Value::Quantity(other)]) => Ok(Value::Bool(*quantity > other.quantity)),
        ("isLessThan", [Value::Quantity(other)]) => Ok(Value::Bool(*quantity < other.quantity)),
        ("compareTo", [Value::Quantity(other)]) => {
            Ok(Value::Int(match quantity.cmp(&other.quantity) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }))
        }
        ("asApproximateFloat", []) => Ok(Value::Double(it.as_float())),
        ("asInteger", []) => match it.as_integer() {
            Some(it) => Ok(Value::Int(it)),
            None => Failure::error("cannot convert value to integer"),
        },
        ("isInteger", []) => Ok(Value::Bool(it.as_integer().is_some())),
        ("add", [other]) => Ok(made(it.plus(&*amount(other)?))),
        ("sub", [Value::Int(i64::MIN)]) => Failure::not_judged("the smallest int as a quantity"),
        ("sub", [other]) => Ok(made(it.minus(&*amount(other)?))),
        _ => return None,
    })
}

fn amount(it: &Value) -> Option<Arc<Amount>> {
    match it {
        Value::Quantity(it) => Some(Arc::clone(it)),
        Value::Int(it) => Some(Arc::new(Amount::whole(*it))),
        _ => None,
    }
}

fn made(it: Amount) -> Value {
    Value::Quantity(Arc::new(it))
}

fn read(text: &str) -> Result<Value> {
    match Amount::read(text) {
        Some(it) => Ok(made(it)),
        None if has_form(text) => Failure::error("unable to parse quantity's suffix"),
        None => Failure::error(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    }
}

/// Whether a text has the form of a quantity, whatever its suffix is.
fn has_form(text: &str) -> bool {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = rest.get(digits(rest)..).unwrap_or_default();
    let rest = rest.strip_prefix('.').map_or(rest, |it| it.get(digits(it)..).unwrap_or_default());
    let rest = rest.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !text.is_empty() && rest.bytes().all(|it| it.is_ascii_digit())
}
