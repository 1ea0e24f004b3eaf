//! Arithmetic.

use super::{Part, Result, error, not_judged};
use crate::cel::Value;

pub(super) const PART: Part = Part {
    table: "\
math.round(double, int) -> double
math.round(double) -> double
math.ceil(double) -> double
math.floor(double) -> double
math.trunc(double) -> double
math.isInf(double) -> bool
math.isNaN(double) -> bool
math.isFinite(double) -> bool
math.abs(int) -> int
math.abs(uint) -> uint
math.abs(double) -> double
math.sign(int) -> int
math.sign(uint) -> uint
math.sign(double) -> double
math.sqrt(int) -> double
math.sqrt(uint) -> double
math.sqrt(double) -> double
math.bitAnd(int, int) -> int
math.bitAnd(uint, uint) -> uint
math.bitOr(int, int) -> int
math.bitOr(uint, uint) -> uint
math.bitXor(int, int) -> int
math.bitXor(uint, uint) -> uint
math.bitNot(int) -> int
math.bitNot(uint) -> uint
math.bitShiftLeft(int, int) -> int
math.bitShiftLeft(uint, int) -> uint
math.bitShiftRight(int, int) -> int
math.bitShiftRight(uint, int) -> uint
math.greatest(A) -> dyn
math.greatest(A, A) -> A
math.greatest(dyn, dyn) -> dyn
math.greatest(dyn, dyn, dyn) -> dyn
math.least(A) -> dyn
math.least(A, A) -> A
math.least(dyn, dyn) -> dyn
math.least(dyn, dyn, dyn) -> dyn",
    call,
};

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    let name = name.strip_prefix("math.")?;
    Some(match (name, args) {
        ("round", [Value::Double(it), Value::Int(places)]) => {
            let shift = 10_f64.powi(i32::try_from(*places).unwrap_or(i32::MAX));
            Ok(Value::Double((it * shift).round() / shift))
        }
        ("round", [Value::Double(it)]) => Ok(Value::Double(it.round())),
        ("ceil", [Value::Double(it)]) => Ok(Value::Double(it.ceil())),
        ("floor", [Value::Double(it)]) => Ok(Value::Double(it.floor())),
        ("trunc", [Value::Double(it)]) => Ok(Value::Double(it.trunc())),
        ("isInf", [Value::Double(it)]) => Ok(Value::Bool(it.is_infinite())),
        ("isNaN", [Value::Double(it)]) => Ok(Value::Bool(it.is_nan())),
        ("isFinite", [Value::Double(it)]) => Ok(Value::Bool(it.is_finite())),
        ("abs", [Value::Int(it)]) => {
            it.checked_abs().map_or_else(|| error("integer overflow"), |it| Ok(Value::Int(it)))
        }
        ("abs", [Value::Uint(it)]) => Ok(Value::Uint(*it)),
        ("abs", [Value::Double(it)]) => Ok(Value::Double(it.abs())),
        ("sign", [Value::Int(it)]) => Ok(Value::Int(it.signum())),
        ("sqrt", [Value::Double(it)]) => Ok(Value::Double(it.sqrt())),
        ("greatest" | "least", args) => extreme(args, name == "greatest"),
        _ => not_judged(format!("`math.{name}` is not computed here")),
    })
}

/// The greatest or the least of values, or of a list.
fn extreme(args: &[Value], greatest: bool) -> Result<Value> {
    let items = match args {
        [Value::List(items)] => items.as_slice(),
        args => args,
    };
    let is_number = |it: &Value| matches!(it, Value::Int(_) | Value::Uint(_) | Value::Double(_));
    if !items.iter().all(is_number) {
        return error("no such overload");
    }
    let mut items = items.iter();
    let Some(first) = items.next() else {
        return error("math.@max(list) argument must not be empty");
    };
    let better = |a: &Value, b: &Value| match a.order(b) {
        Some(order) if greatest => order.is_gt(),
        Some(order) => order.is_lt(),
        None => false,
    };
    Ok(items.fold(first, |best, it| if better(it, best) { it } else { best }).clone())
}
