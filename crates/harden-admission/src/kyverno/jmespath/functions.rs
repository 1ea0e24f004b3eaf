//! The functions of the library and of Kyverno, and what they take.

mod arithmetic;
mod images;
mod semver;
mod standard;
mod texts;
mod times;

use serde_json::{Number, Value};

use super::Failure;
use super::interpreter::{Interpreter, Operand};
use crate::kyverno::pattern::printed;

pub(in crate::kyverno) use images::image;
pub(in crate::kyverno) use semver::order as version_order;

pub(super) type Called = Result<Value, Failure>;

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    String,
    Array,
    Object,
    Numbers,
    Strings,
    Reference,
    Any,
}

use Kind::{Any, Array, Numbers, Object, Reference, String as Text, Strings};

/// The kinds of each argument.
type Parameters = &'static [&'static [Kind]];

const NUMBER: &[Kind] = &[Kind::Number];
const TEXT: &[Kind] = &[Text];
const TEXT_OR_NUMBER: &[Kind] = &[Text, Kind::Number];
const ANY: &[Kind] = &[Any];

/// Functions by name, what they take, and whether the last may be given often.
const FUNCTIONS: [(&str, Parameters, bool); 76] = [
    ("length", &[&[Text, Array, Object]], false),
    ("starts_with", &[TEXT, TEXT], false),
    ("abs", &[NUMBER], false),
    ("avg", &[&[Numbers]], false),
    ("ceil", &[NUMBER], false),
    ("contains", &[&[Array, Text], ANY], false),
    ("ends_with", &[TEXT, TEXT], false),
    ("floor", &[NUMBER], false),
    ("map", &[&[Reference], &[Array]], false),
    ("max", &[&[Numbers, Strings]], false),
    ("merge", &[&[Object]], true),
    ("max_by", &[&[Array], &[Reference]], false),
    ("min", &[&[Numbers, Strings]], false),
    ("min_by", &[&[Array], &[Reference]], false),
    ("type", &[ANY], false),
    ("keys", &[&[Object]], false),
    ("values", &[&[Object]], false),
    ("sort", &[&[Strings, Numbers]], false),
    ("sort_by", &[&[Array], &[Reference]], false),
    ("join", &[TEXT, &[Strings]], false),
    ("reverse", &[&[Array, Text]], false),
    ("to_array", &[ANY], false),
    ("to_string", &[ANY], false),
    ("to_number", &[ANY], false),
    ("not_null", &[ANY], true),
    ("compare", &[TEXT, TEXT], false),
    ("equal_fold", &[TEXT, TEXT], false),
    ("replace", &[TEXT, TEXT, TEXT, NUMBER], false),
    ("replace_all", &[TEXT, TEXT, TEXT], false),
    ("to_upper", &[TEXT], false),
    ("to_lower", &[TEXT], false),
    ("trim", &[TEXT, TEXT], false),
    ("trim_prefix", &[TEXT, TEXT], false),
    ("split", &[TEXT, TEXT], false),
    ("regex_replace_all", &[TEXT, TEXT_OR_NUMBER, TEXT_OR_NUMBER], false),
    ("regex_replace_all_literal", &[TEXT, TEXT_OR_NUMBER, TEXT_OR_NUMBER], false),
    ("regex_match", &[TEXT, TEXT_OR_NUMBER], false),
    ("pattern_match", &[TEXT, TEXT_OR_NUMBER], false),
    ("label_match", &[&[Object], &[Object]], false),
    ("to_boolean", &[TEXT], false),
    ("add", &[ANY, ANY], false),
    ("sum", &[&[Array]], false),
    ("subtract", &[ANY, ANY], false),
    ("multiply", &[ANY, ANY], false),
    ("divide", &[ANY, ANY], false),
    ("modulo", &[ANY, ANY], false),
    ("round", &[NUMBER, NUMBER], false),
    ("base64_decode", &[TEXT], false),
    ("base64_encode", &[TEXT], false),
    ("time_since", &[TEXT, TEXT, TEXT], false),
    ("time_now", &[], false),
    ("time_now_utc", &[], false),
    ("path_canonicalize", &[TEXT], false),
    ("truncate", &[TEXT, NUMBER], false),
    ("semver_compare", &[TEXT, TEXT], false),
    ("parse_json", &[TEXT], false),
    ("parse_yaml", &[TEXT], false),
    ("lookup", &[&[Object, Array], TEXT_OR_NUMBER], false),
    ("items", &[&[Object, Array], TEXT, TEXT], false),
    ("object_from_lists", &[&[Array], &[Array]], false),
    ("random", &[TEXT], false),
    ("x509_decode", &[TEXT], false),
    ("time_to_cron", &[TEXT], false),
    ("time_add", &[TEXT, TEXT], false),
    ("time_parse", &[TEXT, TEXT], false),
    ("time_utc", &[TEXT], false),
    ("time_diff", &[TEXT, TEXT], false),
    ("time_before", &[TEXT, TEXT], false),
    ("time_after", &[TEXT, TEXT], false),
    ("time_between", &[TEXT, TEXT, TEXT], false),
    ("time_truncate", &[TEXT, TEXT], false),
    ("image_normalize", &[TEXT], false),
    ("is_external_url", &[TEXT], false),
    ("sha256", &[TEXT], false),
    ("sha1", &[TEXT], false),
    ("md5", &[TEXT], false),
];

/// Calls a function.
pub(super) fn call(
    name: &str,
    arguments: Vec<Operand<'_>>,
    interpreter: Interpreter<'_>,
) -> Called {
    let entry = FUNCTIONS.iter().find(|(it, ..)| *it == name);
    let Some((_, parameters, is_variadic)) = entry else {
        return error(format!("unknown function: {name}"));
    };
    check(parameters, *is_variadic, &arguments)?;
    interpreter.world.spend(8 * arguments.len())?;
    if arguments.iter().any(|it| matches!(it, Operand::Reference(_))) {
        return standard::by_reference(name, arguments, interpreter);
    }
    let each = arguments.into_iter().map(|it| interpreter.own(it));
    let values = each.collect::<Result<Vec<Value>, _>>()?;
    let world = interpreter.world;
    standard::call(name, &values, world)
        .or_else(|| texts::call(name, &values, world))
        .or_else(|| arithmetic::call(name, &values))
        .or_else(|| times::call(name, &values, world))
        .unwrap_or_else(|| not_judged(format!("the function {name} is not evaluated here")))
}

fn check(
    parameters: Parameters,
    is_variadic: bool,
    arguments: &[Operand<'_>],
) -> Result<(), Failure> {
    if parameters.is_empty() {
        return Ok(());
    }
    if is_variadic {
        // The library does not look at the kinds of these; those of another kind it panics at.
        return if arguments.len() < parameters.len() {
            Err(Failure::Error("Invalid arity.".to_owned()))
        } else {
            Ok(())
        };
    }
    if parameters.len() != arguments.len() {
        return Err(Failure::Error("incorrect number of args".to_owned()));
    }
    for (kinds, argument) in parameters.iter().zip(arguments) {
        if !kinds.iter().any(|it| is_of(*it, argument)) {
            let names: Vec<String> =
                kinds.iter().map(|it| format!("\"{}\"", name_of(*it))).collect();
            let value = printed::value(&argument.value());
            return Err(Failure::Error(format!(
                "Invalid type for: {value}, expected: []jmespath.JpType{{{}}}",
                names.join(", ")
            )));
        }
    }
    Ok(())
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Text => "string",
        Array => "array",
        Object => "object",
        Numbers => "array[number]",
        Strings => "array[string]",
        Reference => "expref",
        Any => "any",
    }
}

fn is_of(kind: Kind, argument: &Operand<'_>) -> bool {
    let value = match argument {
        Operand::Reference(_) => return matches!(kind, Reference | Any),
        Operand::Scope(_) => return matches!(kind, Object | Any),
        Operand::Value(value) => &**value,
    };
    match (kind, value) {
        (Any, _)
        | (Text, Value::String(_))
        | (Array, Value::Array(_))
        | (Object, Value::Object(_)) => true,
        (Kind::Number, it) => float(it).is_some(),
        (Numbers, Value::Array(items)) => items.iter().all(|it| float(it).is_some()),
        (Strings, Value::Array(items)) => items.iter().all(Value::is_string),
        _ => false,
    }
}

/// A float; whole numbers of objects are none.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64(),
        _ => None,
    }
}

/// A float as a value; what is no number is null.
pub(super) fn of_float(float: f64) -> Value {
    Number::from_f64(float).map_or(Value::Null, Value::Number)
}

/// A value whose numbers are all floats, as Go's decoder makes them.
pub(in crate::kyverno) fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => of_float(number.as_f64().unwrap_or_default()),
        Value::Array(items) => Value::Array(items.into_iter().map(floats).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, it)| (key, floats(it))).collect())
        }
        other => other,
    }
}

/// An error of a function of Kyverno.
pub(super) fn function_error<T>(name: &str, why: &str) -> Result<T, Failure> {
    Err(Failure::Error(format!("JMESPath function '{name}': {why}")))
}

pub(super) fn error<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Error(why.into()))
}

pub(super) fn not_judged<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::NotJudged(why.into()))
}
