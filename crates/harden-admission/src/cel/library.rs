//! What the functions do.

mod addresses;
mod collections;
mod conversions;
mod formats;
mod numbers;
mod operators;
mod optionals;
mod quantities;
mod regexes;
mod semver;
mod strings;
mod template;
mod times;
mod url;

/// Templates of `format`.
pub(super) mod format {
    pub(in super::super) use super::template::{check, unfit, verbs};
}

pub(super) use operators::{index, is_key, shown};
pub(super) use regexes::Patterns;
pub(crate) use regexes::regex;
pub use semver::Semver;
pub use times::Timestamp;
pub(crate) use times::{duration, timestamp};
pub use url::Url;

use super::budget::Budget;
use super::failure::Failure;
use super::value::Value;

type Result<T> = std::result::Result<T, Failure>;

/// A part of the library: `None` where it has no such function for such values.
type Part = fn(&str, &[Value], &mut Budget) -> Option<Result<Value>>;

const PARTS: [Part; 12] = [
    operators::call,
    strings::call,
    collections::call,
    optionals::call,
    conversions::call,
    quantities::call,
    regexes::call,
    times::call,
    addresses::call,
    url::call,
    semver::call,
    formats::call,
];

/// What a function makes of values, of which the first stood before the dot if it is called so.
pub(super) fn call(name: &str, args: &[Value], budget: &mut Budget) -> Result<Value> {
    find(name, args, budget).unwrap_or_else(|| refuse(name, args, budget))
}

/// What the server says where no function takes such values.
pub(super) fn refuse(name: &str, args: &[Value], budget: &Budget) -> Result<Value> {
    let is_planned =
        matches!(args.get(1), Some(Value::String(it)) if budget.patterns.contains_key(&**it));
    if matches!(name, "find" | "findAll" | "matches") && is_planned {
        return Failure::no_overload();
    }
    Failure::error(unfit(name, args))
}

/// The same as `call`; `None` where there is no such function for such values.
pub(super) fn find(name: &str, args: &[Value], budget: &mut Budget) -> Option<Result<Value>> {
    if let Err(failure) = budget.take(args.iter().map(Value::weight).sum()) {
        return Some(Err(failure));
    }
    if name == "format" {
        return Some(template::call(args));
    }
    PARTS.iter().find_map(|part| part(name, args, budget))
}

/// Functions that the server refuses by what their first argument is able to do.
const BY_ABILITY: [&str; 15] = [
    "!_", "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "_<_", "_<=_", "_>_", "_>=_", "size", "matches",
    "sort", "@in",
];

/// What the server says of arguments that a function does not take.
pub(super) fn unfit(name: &str, args: &[Value]) -> String {
    let types: Vec<&str> = args.iter().map(Value::type_name).collect();
    if matches!(name, "startsWith" | "endsWith" | "contains") {
        return "no such overload".to_owned();
    }
    if !BY_ABILITY.contains(&name) {
        return format!("no such overload: {name}({})", types.join(", "));
    }
    let Some(first) = args.first() else { return format!("no such overload: {name}") };
    let is_able = match name {
        // They are asked themselves, whatever it is.
        _ if matches!(first, Value::String(_) | Value::Timestamp(_) | Value::Duration(_)) => true,
        "_+_" => {
            matches!(first, Value::Int(_) | Value::Uint(_) | Value::Double(_))
                || matches!(first, Value::Bytes(_) | Value::List(_))
        }
        "_-_" | "_*_" | "_/_" => {
            matches!(first, Value::Int(_) | Value::Uint(_) | Value::Double(_))
        }
        "_%_" => matches!(first, Value::Int(_) | Value::Uint(_)),
        "-_" => matches!(first, Value::Int(_) | Value::Double(_)),
        "_<_" | "_<=_" | "_>_" | "_>=_" => first.order(first).is_some(),
        _ => matches!(name, "@in" | "!_"),
    };
    if is_able { "no such overload".to_owned() } else { format!("no such overload: {name}") }
}
