//! Kyverno's arithmetic with numbers, quantities and durations.

use harden_core::kubernetes::Quantity;
use serde_json::Value;

use super::times::duration_text;
use super::{Called, Failure, float, function_error, of_float};
use crate::kyverno::pattern::{duration, float as go_float};

const NANO: i128 = 1_000_000_000;
const MISMATCH: &str = "Types mismatch";
const ZERO: &str = "Zero divisor passed";
const NO_INTEGER: &str = "Non-integer argument(s) passed for modulo";

/// Something to compute with.
#[derive(Debug, Clone, Copy)]
enum Amount {
    Number(f64),
    /// An amount in units of 10⁻⁹, how it is written, and how many decimals it has; less than none where it
    /// has a unit for more than one.
    Quantity(i128, Format, i32),
    /// Nanoseconds.
    Duration(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Decimal,
    Exponent,
    Binary,
}

use Amount::{Duration, Number, Quantity as Amounts};

pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Called> {
    Some(match (name, arguments) {
        ("sum", [Value::Array(items)]) => sum(items),
        ("round", [number, length]) => round(float(number)?, float(length)?),
        ("add" | "subtract" | "multiply" | "divide" | "modulo", [left, right]) => {
            both(name, left, right)
        }
        _ => return None,
    })
}

fn sum(items: &[Value]) -> Called {
    let Some((first, rest)) = items.split_first() else {
        return function_error("sum", "at least one element in the array is required");
    };
    let mut total = first.clone();
    for item in rest {
        let (left, right) = (read("sum", &total)?, read("sum", item)?);
        total = add("sum", left, right)?;
    }
    Ok(total)
}

fn round(number: f64, length: f64) -> Called {
    if length.fract() != 0.0 {
        return function_error("round", "Non-integer argument(s) passed for round off");
    }
    if length < 0.0 {
        return function_error("round", "argument is out of bounds");
    }
    let shift = 10_f64.powf(length);
    Ok(of_float((number * shift).round() / shift))
}

fn read(name: &str, value: &Value) -> Result<Amount, Failure> {
    if let Some(number) = float(value) {
        return Ok(Number(number));
    }
    if let Some(text) = value.as_str() {
        if let Ok(quantity) = text.parse::<Quantity>() {
            let format = match text.trim_end_matches(|it: char| it.is_ascii_digit()) {
                it if it.ends_with('i') => Format::Binary,
                it if it.trim_end_matches(['+', '-']).ends_with(['e', 'E']) && it != text => {
                    Format::Exponent
                }
                _ => Format::Decimal,
            };
            return Ok(Amounts(quantity.nanos(), format, decimals(text)));
        }
        if let Some(nanos) = duration::parse(text) {
            return Ok(Duration(nanos));
        }
    }
    function_error(name, "invalid operand")
}

fn both(name: &str, left: &Value, right: &Value) -> Called {
    let (left, right) = (read(name, left)?, read(name, right)?);
    match name {
        "add" => add(name, left, right),
        "subtract" => match (left, right) {
            (Number(left), Number(right)) => Ok(of_float(left - right)),
            (Amounts(left, format, _), Amounts(right, other, _)) => {
                let format = if left == 0 { other } else { format };
                quantity(left.checked_sub(right), format)
            }
            (Duration(left), Duration(right)) => Ok(duration_text(left.wrapping_sub(right)).into()),
            _ => function_error(name, MISMATCH),
        },
        "multiply" => match (left, right) {
            (Number(left), Number(right)) => Ok(of_float(left * right)),
            (Amounts(amount, format, _), Number(number))
            | (Number(number), Amounts(amount, format, _)) => {
                let nanos = nanos_of(number)?;
                let (whole, rest) = (amount / NANO, amount % NANO);
                let product = whole
                    .checked_mul(nanos)
                    .and_then(|it| it.checked_add(rest.checked_mul(nanos)? / NANO));
                quantity(product, format)
            }
            (Duration(nanos), Number(number)) | (Number(number), Duration(nanos)) => {
                Ok(duration_text(go_float::whole(seconds(nanos) * number * 1e9)).into())
            }
            _ => function_error(name, MISMATCH),
        },
        "divide" => divide(left, right),
        _ => modulo(left, right),
    }
}

fn add(name: &str, left: Amount, right: Amount) -> Called {
    match (left, right) {
        (Number(left), Number(right)) => Ok(of_float(left + right)),
        (Amounts(left, format, _), Amounts(right, other, _)) => {
            let format = if left == 0 { other } else { format };
            quantity(left.checked_add(right), format)
        }
        (Duration(left), Duration(right)) => Ok(duration_text(left.wrapping_add(right)).into()),
        _ => function_error(name, MISMATCH),
    }
}

#[expect(clippy::cast_precision_loss, reason = "approximate in Kyverno, too")]
fn divide(left: Amount, right: Amount) -> Called {
    const NAME: &str = "divide";
    match (left, right) {
        (_, Number(0.0) | Amounts(0, _, _) | Duration(0)) => match (left, right) {
            (Number(_), Number(_))
            | (Amounts(..), Amounts(..) | Number(_))
            | (Duration(_), Duration(_) | Number(_)) => function_error(NAME, ZERO),
            _ => function_error(NAME, MISMATCH),
        },
        (Number(left), Number(right)) => Ok(of_float(left / right)),
        (Amounts(left, ..), Amounts(right, ..)) => Ok(of_float(left as f64 / right as f64)),
        (Amounts(amount, format, own), Number(number)) => {
            let nanos = nanos_of(number)?;
            let quotient = amount.checked_mul(NANO).map(|it| it / nanos);
            // Kyverno keeps as many decimals as the finer of the two has.
            let kept = own.max(decimals(&go_float::plain(number)));
            let step = u32::try_from(9 - kept).ok().and_then(|it| 10_i128.checked_pow(it));
            quantity(quotient.map(|it| it - it % step.unwrap_or(1)), format)
        }
        (Duration(left), Duration(right)) => Ok(of_float(seconds(left) / seconds(right))),
        (Duration(nanos), Number(number)) => {
            Ok(duration_text(go_float::whole(seconds(nanos) / number * 1e9)).into())
        }
        _ => function_error(NAME, MISMATCH),
    }
}

#[expect(clippy::cast_precision_loss, reason = "whole numbers are asked for")]
fn modulo(left: Amount, right: Amount) -> Called {
    const NAME: &str = "modulo";
    match (left, right) {
        (Number(left), Number(right)) => {
            if left.fract() != 0.0 || right.fract() != 0.0 {
                return function_error(NAME, NO_INTEGER);
            }
            match go_float::whole(left).checked_rem(go_float::whole(right)) {
                Some(rest) => Ok(of_float(rest as f64)),
                None => function_error(NAME, ZERO),
            }
        }
        (Amounts(left, format, _), Amounts(right, ..)) => {
            if left % NANO != 0 || right % NANO != 0 {
                return function_error(NAME, NO_INTEGER);
            }
            match left.checked_rem(right) {
                Some(rest) => quantity(Some(rest), format),
                None => function_error(NAME, ZERO),
            }
        }
        (Duration(left), Duration(right)) => match left.checked_rem(right) {
            Some(rest) => Ok(duration_text(rest).into()),
            None => function_error(NAME, ZERO),
        },
        _ => function_error(NAME, MISMATCH),
    }
}

#[expect(clippy::cast_precision_loss, reason = "Kyverno computes with seconds")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// How many decimals a quantity is written with; less than none with a unit for more than one.
fn decimals(text: &str) -> i32 {
    let end = text.trim_start_matches(['+', '-']);
    let (number, unit) =
        end.split_at(end.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(end.len()));
    let fraction = number.split_once('.').map_or(0, |(_, it)| it.len());
    let shift = match unit {
        "n" => 9,
        "u" => 6,
        "m" => 3,
        "k" => -3,
        "M" => -6,
        "G" => -9,
        "T" => -12,
        "P" => -15,
        "E" => -18,
        other => {
            other.strip_prefix(['e', 'E']).and_then(|it| it.parse::<i32>().ok()).map_or(0, |it| -it)
        }
    };
    i32::try_from(fraction).unwrap_or_default() + shift
}

/// A float as a quantity.
fn nanos_of(number: f64) -> Result<i128, Failure> {
    match number.to_string().parse::<Quantity>() {
        Ok(it) => Ok(it.nanos()),
        Err(_) => Err(Failure::NotJudged("a number that is no quantity".to_owned())),
    }
}

/// A quantity as the API machinery writes it.
fn quantity(nanos: Option<i128>, format: Format) -> Called {
    const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    let Some(nanos) = nanos else {
        return Err(Failure::NotJudged("a very large quantity".to_owned()));
    };
    let whole = nanos / NANO;
    if format == Format::Binary && nanos % NANO == 0 && whole.abs() >= 1024 {
        let (mut rest, mut unit) = (whole, 0);
        while rest % 1024 == 0 && unit + 1 < BINARY.len() {
            rest /= 1024;
            unit += 1;
        }
        return Ok(format!("{rest}{}", BINARY.get(unit).unwrap_or(&"")).into());
    }
    if nanos == 0 {
        return Ok("0".into());
    }
    let (mut rest, mut unit) = (nanos, 0);
    while rest % 1000 == 0 && unit + 1 < DECIMAL.len() {
        rest /= 1000;
        unit += 1;
    }
    if format == Format::Exponent {
        let power = 3 * i32::try_from(unit).unwrap_or_default() - 9;
        let suffix = if power == 0 { String::new() } else { format!("e{power}") };
        return Ok(format!("{rest}{suffix}").into());
    }
    Ok(format!("{rest}{}", DECIMAL.get(unit).unwrap_or(&"")).into())
}
