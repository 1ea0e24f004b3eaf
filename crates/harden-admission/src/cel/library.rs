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
    budget.take(args.iter().map(Value::weight).sum())?;
    if name == "format" {
        return template::call(args);
    }
    for part in PARTS {
        if let Some(result) = part(name, args, budget) {
            return result;
        }
    }
    Failure::no_overload()
}
