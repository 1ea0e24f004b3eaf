//! Whether a value has the shape that it has to have.

use serde_json::Value as Json;

use super::lists::key;
use super::shape::{Items, Kind, Shape};

/// What is wrong with a value, each with its path; nothing where the server takes it.
pub(super) fn flaws(shape: &Shape<'_>, value: &Json, may_repeat: bool) -> Vec<String> {
    let mut flaws = Vec::new();
    walk(shape, value, "", may_repeat, &mut flaws);
    flaws
}

/// The most flaws that are told.
const MOST: usize = 10;

fn walk(shape: &Shape<'_>, value: &Json, path: &str, may_repeat: bool, flaws: &mut Vec<String>) {
    if flaws.len() >= MOST {
        return;
    }
    match (&shape.kind, value) {
        (Kind::Any, _)
        | (_, Json::Null)
        | (Kind::Text, Json::String(_))
        | (Kind::Number, Json::Number(_))
        | (Kind::Bool, Json::Bool(_)) => {}
        (Kind::Text, other) => flaws.push(format!("{path}: expected string, got {other}")),
        (Kind::Number, other) => {
            let found = native_name(other);
            flaws.push(format!("{path}: expected numeric (int or float), got {found}"));
        }
        (Kind::Bool, other) => flaws.push(format!("{path}: expected boolean, got {other}")),
        (Kind::Fields(named), Json::Object(fields)) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                let Some(shape) = named.field(name) else {
                    // The server tells one of them.
                    flaws.push(format!("{path}: field not declared in schema"));
                    break;
                };
                walk(&shape, value, &path, may_repeat, flaws);
            }
        }
        (Kind::Map(of), Json::Object(entries)) => {
            for (name, value) in entries {
                walk(of, value, &format!("{path}.{name}"), may_repeat, flaws);
            }
        }
        (Kind::Fields(_) | Kind::Map(_), other) => {
            flaws.push(format!("{path}: expected map, got {other}"));
        }
        (Kind::List(of, items), Json::Array(list)) => {
            let mut seen = Vec::new();
            for (index, value) in list.iter().enumerate() {
                let path = match (items, key(items, value)) {
                    (Items::Whole, _) => format!("{path}[{index}]"),
                    (_, Ok(key)) => {
                        let shown = key.to_string();
                        if seen.contains(&key) && !may_repeat {
                            flaws.push(format!("{path}: duplicate entries for key [{shown}]"));
                        }
                        seen.push(key);
                        format!("{path}[{shown}]")
                    }
                    (_, Err(why)) => {
                        flaws.push(format!("{path}: element {index}: {why}"));
                        continue;
                    }
                };
                walk(of, value, &path, may_repeat, flaws);
            }
        }
        (Kind::List(..), other) => flaws.push(format!("{path}: expected list, got {other}")),
    }
}

/// The name that the server's language has for the type of a value.
fn native_name(it: &Json) -> &'static str {
    match it {
        Json::Null => "<nil>",
        Json::Bool(_) => "bool",
        Json::Number(it) if it.is_f64() => "float64",
        Json::Number(_) => "int64",
        Json::String(_) => "string",
        Json::Array(_) => "[]interface {}",
        Json::Object(_) => "map[string]interface {}",
    }
}
