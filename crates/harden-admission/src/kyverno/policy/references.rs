//! References within a pattern, `$(./../limits/memory)`.

use serde_json::{Map, Value};

use crate::kyverno::jmespath::Failure;
use crate::kyverno::pattern::{printed, without_anchors};

/// A document with what its references refer to.
///
/// # Errors
///
/// One of them refers to nothing, in Kyverno's words.
pub(super) fn resolve(document: &Value) -> Result<Value, Failure> {
    if has_references(document) { walk(document, "", document) } else { Ok(document.clone()) }
}

fn has_references(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("$("),
        Value::Array(items) => items.iter().any(has_references),
        Value::Object(map) => map.iter().any(|(key, it)| key.contains("$(") || has_references(it)),
        _ => false,
    }
}

fn walk(value: &Value, path: &str, document: &Value) -> Result<Value, Failure> {
    match value {
        Value::String(text) => in_text(text, path, document).map(Value::String),
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.map(|(index, it)| walk(it, &format!("{path}/{index}"), document)).collect()
        }
        Value::Object(map) => {
            let mut all = Map::new();
            for (key, it) in map {
                let new = in_text(key, path, document)?;
                let below = format!("{path}/{}", key.replace('/', "\\/"));
                all.insert(new, walk(it, &below, document)?);
            }
            Ok(Value::Object(all))
        }
        other => Ok(other.clone()),
    }
}

fn in_text(text: &str, path: &str, document: &Value) -> Result<String, Failure> {
    let mut new = text.to_owned();
    for whole in find_all(text) {
        let reference = whole.find("$(").and_then(|at| whole.get(at..)).unwrap_or_default();
        let fail = |why: &str| {
            Err(Failure::Error(format!("failed to resolve {reference} at path {path}: {why}")))
        };
        let inner = reference.trim_matches(['$', '(', ')']);
        let operator = operator(inner);
        let inner = inner.get(operator.len()..).unwrap_or_default();
        if inner.is_empty() {
            return fail("expected path, found empty reference");
        }
        let wanted =
            if inner.starts_with('/') { clean(inner) } else { clean(&format!("{path}/{inner}")) };
        let value = match find(document, "", &wanted) {
            None => {
                return Err(Failure::Error(format!(
                    "got nil resolved variable {reference} at path {path}: <nil>"
                )));
            }
            Some(Value::String(value)) => value.clone(),
            Some(value) if operator.is_empty() => {
                let _ = value;
                return Err(Failure::Error(format!(
                    "NotResolvedReferenceErr,reference {reference} not resolved at path {path}"
                )));
            }
            Some(value @ Value::Number(number)) => match number.as_f64() {
                Some(float) if number.is_f64() => format!("{float:.6}"),
                _ => printed::value(value),
            },
            Some(value) => {
                let value = printed::value(value);
                return fail(&format!(
                    "incorrect expression: operator {operator} does not match with value {value}"
                ));
            }
        };
        let prefix = whole.strip_suffix(reference).unwrap_or_default();
        new = new.replacen(whole, &format!("{prefix}{operator}{value}"), 1);
    }
    Ok(new.replace("\\$(", "$("))
}

/// The references of a text, with the character before those that are not at its start.
fn find_all(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|it| it.find("$(")).map(|it| it + from) {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let start = at - before.map_or(0, char::len_utf8);
        let body = text.get(at + 2..).unwrap_or_default();
        // One character may be a space, all others may not.
        let first = body.chars().next().map_or(0, char::len_utf8);
        let run = body.get(first..).map_or(0, |it| it.find(' ').unwrap_or(it.len()));
        let end = body.get(first..first + run).and_then(|it| it.rfind(')'));
        match end {
            Some(end) if before != Some('\\') && start >= from => {
                let end = at + 2 + first + end + 1;
                found.extend(text.get(start..end));
                from = end;
            }
            _ => from = at + 2,
        }
    }
    found
}

/// The operator that a reference begins with.
fn operator(text: &str) -> &'static str {
    if text.len() < 2 {
        return "";
    }
    [">=", "<=", ">", "<", "!"].into_iter().find(|it| text.starts_with(it)).unwrap_or_default()
}

/// A path without `.` and `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The leaf whose path, without anchors, is this.
fn find<'v>(value: &'v Value, path: &str, wanted: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, it)| {
            let name = without_anchors(key);
            find(it, &format!("{path}/{}", name.replace('/', "\\/")), wanted)
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, it)| find(it, &format!("{path}/{index}"), wanted)),
        leaf => (path == wanted).then_some(leaf),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_relative_to_where_they_stand() {
        let document = json!({"r": {"=(limits)": {"memory": "1Gi"}, "requests": {"memory": "<=$(./../../limits/memory)"}}});
        let resolved = resolve(&document).unwrap();
        assert_eq!(resolved["r"]["requests"]["memory"], "<=1Gi");
        let missing = json!({"a": "$(./../b)"});
        let why = resolve(&missing).unwrap_err().to_string();
        assert_eq!(why, "got nil resolved variable $(./../b) at path /a: <nil>");
        assert_eq!(resolve(&json!({"a": "\\$(b)"})).unwrap(), json!({"a": "$(b)"}));
    }
}
