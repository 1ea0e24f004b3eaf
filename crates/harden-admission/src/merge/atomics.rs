//! What of a configuration replaces something as a whole.

use serde_json::Value as Json;

use super::shape::{Items, Kind, Shape};

/// The paths of lists and maps that are replaced as a whole.
pub(super) fn within(shape: &Shape<'_>, value: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(shape, value, "", &mut found);
    found
}

fn walk(shape: &Shape<'_>, value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) if matches!(shape.kind, Kind::Fields(_) | Kind::Map(_)) => {
            if shape.is_atomic {
                found.push(path.to_owned());
            }
            // Entries of maps without names are not looked into.
            if let Kind::Fields(named) = &shape.kind {
                for (name, value) in fields {
                    if let Some(shape) = named.field(name) {
                        walk(&shape, value, &format!("{path}.{name}"), found);
                    }
                }
            }
        }
        Json::Array(items) => {
            if let Kind::List(of, told) = &shape.kind {
                if *told == Items::Whole {
                    found.push(path.to_owned());
                }
                for (index, value) in items.iter().enumerate() {
                    walk(of, value, &format!("{path}[{index}]"), found);
                }
            }
        }
        _ => {}
    }
}
