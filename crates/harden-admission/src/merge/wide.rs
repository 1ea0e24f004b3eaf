//! Numbers that a field of 32 bits cannot hold.

use serde_json::Value as Json;

use super::shape::{Kind, Shape};

/// The paths of fields with such numbers, each with its number. Which fields have 64 bits is not known here.
pub(super) fn within(shape: &Shape<'_>, value: &Json) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    walk(shape, value, "", &mut found);
    found
}

fn walk(shape: &Shape<'_>, value: &Json, path: &str, found: &mut Vec<(String, Json)>) {
    match (&shape.kind, value) {
        (Kind::Number, Json::Number(number))
            if number.as_i64().is_none_or(|it| i32::try_from(it).is_err()) =>
        {
            found.push((path.to_owned(), value.clone()));
        }
        (Kind::Fields(named), Json::Object(fields)) => {
            for (name, value) in fields {
                if let Some(shape) = named.field(name) {
                    walk(&shape, value, &format!("{path}.{name}"), found);
                }
            }
        }
        (Kind::Map(of), Json::Object(fields)) => {
            for (name, value) in fields {
                walk(of, value, &format!("{path}.{name}"), found);
            }
        }
        (Kind::List(of, _), Json::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                walk(of, value, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}
