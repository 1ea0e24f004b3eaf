//! Printing as Go's `encoding/json` prints what sigs.k8s.io/yaml decoded.

use std::fmt::Write as _;

use crate::{Kind, Place};

/// What is still to be printed.
enum Task<'d> {
    Value(Place<'d>),
    Key(&'d str),
    Text(&'static str),
}

/// The value of a place in one line, keys sorted.
pub(crate) fn write_json(place: Place<'_>) -> String {
    let mut json = String::with_capacity(place.span().range().len());
    // No recursion: a document may be 10,000 levels deep.
    let mut tasks = vec![Task::Value(place)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Text(text) => json.push_str(text),
            Task::Key(key) => {
                write_string(key, &mut json);
                json.push(':');
            }
            Task::Value(place) => match place.kind() {
                Kind::Missing | Kind::Null => json.push_str("null"),
                Kind::Bool => {
                    json.push_str(if place.as_bool() == Some(true) { "true" } else { "false" });
                }
                Kind::Int | Kind::Float => {
                    json.push_str(&place.number().unwrap_or_default());
                }
                Kind::String => write_string(place.as_str().unwrap_or_default(), &mut json),
                Kind::List => {
                    json.push('[');
                    tasks.push(Task::Text("]"));
                    let first = tasks.len();
                    for (index, item) in place.items().enumerate() {
                        if index > 0 {
                            tasks.push(Task::Text(","));
                        }
                        tasks.push(Task::Value(item));
                    }
                    tasks.get_mut(first..).unwrap_or_default().reverse();
                }
                Kind::Map => {
                    json.push('{');
                    tasks.push(Task::Text("}"));
                    let mut entries: Vec<_> = place.entries().collect();
                    entries.sort_by_key(|(key, _)| *key);
                    for (index, (key, value)) in entries.into_iter().enumerate().rev() {
                        tasks.push(Task::Value(value));
                        tasks.push(Task::Key(key));
                        if index > 0 {
                            tasks.push(Task::Text(","));
                        }
                    }
                }
            },
        }
    }
    json
}

/// A string as Go's `encoding/json` prints it.
pub fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    write_string(text, &mut json);
    json
}

fn write_string(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}
