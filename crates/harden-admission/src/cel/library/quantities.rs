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
        Err(_) if has_form(text) => Failure::error("unable to parse quantity's suffix"),
        Err(_) => Failure::error(
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

/// The amount, if the server keeps it as a whole number: that depends on how it is written.
fn whole(it: &Quantity) -> Option<i64> {
    let text = it.to_string();
    if text == "0" {
        return Some(0);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text).trim_start_matches('0');
    let number = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(number)?;
    let (digits, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = digits.len().max(1);
    let size = i64::try_from(digits + fraction.len()).ok()?;
    let fraction = i64::try_from(fraction.len()).ok()?;
    let is_kept = match (binary(suffix), decimal(suffix)) {
        (Some(exponent), _) => fraction == 0 && 14 - size - exponent * 3 / 10 >= 0,
        (None, Some(exponent)) => size <= 18 && exponent >= fraction,
        (None, None) => false,
    };
    is_kept.then(|| i64::try_from(it.nanos() / NANO).ok()).flatten()
}

fn binary(suffix: &str) -> Option<i64> {
    let index = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|it| *it == suffix)?;
    Some((i64::try_from(index).ok()? + 1) * 10)
}

fn decimal(suffix: &str) -> Option<i64> {
    let index =
        ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].iter().position(|it| *it == suffix);
    match index {
        Some(index) => Some(i64::try_from(index).ok()? * 3 - 9),
        None => suffix.strip_prefix(['e', 'E'])?.parse().ok(),
    }
}

fn sum(it: &Quantity, other: &Quantity) -> Value {
    Value::Quantity(Arc::new(it.plus(other)))
}
