//! Variables in texts, `{{ request.object.kind }}`, and what they stand for.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::context::Context;
use super::references;
use crate::kyverno::jmespath::{Failure, marshal};

/// A variable in a text: where it begins, where it ends, and the character before it, if it takes one in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Variable<'t> {
    /// With the character before it.
    whole: &'t str,
    /// From its first brace.
    text: &'t str,
}

/// Whether there is a variable or a reference in a value.
pub(crate) fn has_variables(value: &Value) -> bool {
    let is_variable = |it: &str| it.contains("{{") || it.contains("$(");
    match value {
        Value::String(text) => is_variable(text),
        Value::Array(items) => items.iter().any(has_variables),
        Value::Object(map) => map.iter().any(|(key, it)| is_variable(key) || has_variables(it)),
        _ => false,
    }
}

/// The variables of a text, each with its braces.
pub(crate) fn variables(text: &str) -> Vec<&str> {
    find_all(text).into_iter().map(|it| it.text).collect()
}

/// Whether there is a variable in a text.
pub(super) fn is_variable(text: &str) -> bool {
    !find_all(text).is_empty()
}

/// Looks at all texts and keys of a value, each with its path.
pub(super) fn visit(value: &Value, path: &str, look: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => look(text, path),
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                visit(it, &format!("{path}/{index}"), look);
            }
        }
        Value::Object(map) => {
            for (key, it) in map {
                look(key, path);
                visit(it, &format!("{path}/{}", key.replace('/', "\\/")), look);
            }
        }
        _ => {}
    }
}

/// Hands out the expressions of a text as if each stood for nothing.
///
/// # Errors
///
/// One of them is not taken.
pub(super) fn replaced(
    text: &str,
    take: &mut impl FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let found = owned(&text);
        if found.is_empty() {
            return Ok(());
        }
        let original = text.clone();
        let mut is_shallow = false;
        for (whole, braced) in found {
            let query;
            (query, is_shallow) = inner(&braced);
            take(&query)?;
            if original == braced {
                return Ok(());
            }
            let prefix = whole.strip_suffix(braced.as_str()).unwrap_or_default();
            text = text.replacen(&whole, &format!("{prefix}null"), 1);
        }
        if is_shallow {
            return Ok(());
        }
    }
    Ok(())
}

/// How often what variables stand for may have variables again.
const ROUNDS: usize = 16;

/// The variables of a text, with the character before them and without.
fn owned(text: &str) -> Vec<(String, String)> {
    find_all(text).into_iter().map(|it| (it.whole.to_owned(), it.text.to_owned())).collect()
}

/// A value with everything that its references and variables stand for.
///
/// # Errors
///
/// One of them stands for nothing, or that cannot be said.
pub(in crate::kyverno) fn substitute(
    document: &Value,
    context: &mut Context<'_>,
) -> Result<Value, Failure> {
    substitute_at("", document, context)
}

/// The same for what is at a path, which errors name.
///
/// # Errors
///
/// One of them stands for nothing, or that cannot be said.
pub(in crate::kyverno) fn substitute_at(
    path: &str,
    document: &Value,
    context: &mut Context<'_>,
) -> Result<Value, Failure> {
    if !has_variables(document) {
        // Without `{{` there is nothing that could be escaped.
        return Ok(document.clone());
    }
    let document = references::resolve(document)?;
    walk(&document, path, context, 0)
}

/// A text with everything that its variables stand for, which may be any value.
///
/// # Errors
///
/// One of them stands for nothing, or that cannot be said.
pub(in crate::kyverno) fn substitute_text(
    text: &str,
    context: &mut Context<'_>,
) -> Result<Value, Failure> {
    substitute(&Value::String(text.to_owned()), context)
}

/// How deep a value may be nested.
const DEPTH: usize = 128;

fn walk(
    value: &Value,
    path: &str,
    context: &mut Context<'_>,
    depth: usize,
) -> Result<Value, Failure> {
    if depth > DEPTH {
        return Err(Failure::NotJudged("the policy is nested deeply".to_owned()));
    }
    match value {
        Value::String(text) => in_text(text, path, context),
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.map(|(index, it)| walk(it, &format!("{path}/{index}"), context, depth + 1))
                .collect()
        }
        Value::Object(map) => {
            let mut all = Map::new();
            for (key, it) in map {
                let new = match in_text(key, path, context)? {
                    Value::Null => key.clone(),
                    Value::String(new) => new,
                    _ => {
                        return Err(Failure::Error(format!(
                            "expected string after substituting variables in key \"{key}\""
                        )));
                    }
                };
                let below = format!("{path}/{}", key.replace('/', "\\/"));
                all.insert(new, walk(it, &below, context, depth + 1)?);
            }
            Ok(Value::Object(all))
        }
        other => Ok(other.clone()),
    }
}

fn in_text(text: &str, path: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let found = owned(&text);
        if found.is_empty() {
            return Ok(text.replace("\\{{", "{{").into());
        }
        let original = text.clone();
        let mut is_shallow = false;
        for (whole, braced) in found {
            let query;
            (query, is_shallow) = inner(&braced);
            let query = meant(&query, path, context);
            context.world().spend(whole.len())?;
            let value = context.query(&query).map_err(|it| match it {
                Failure::NotJudged(_) => it,
                other => {
                    Failure::Error(format!("failed to resolve {query} at path {path}: {other}"))
                }
            })?;
            if original == braced {
                return Ok(value);
            }
            let mut new = match value {
                Value::String(new) => new,
                other => marshal(&other),
            };
            if is_shallow {
                new = new.replace("{{", "\\{{");
            }
            context.world().spend(new.len())?;
            let prefix = whole.strip_suffix(braced.as_str()).unwrap_or_default();
            text = text.replacen(&whole, &format!("{prefix}{new}"), 1);
        }
        if is_shallow {
            return Ok(text.replace("\\{{", "{{").into());
        }
    }
    Err(Failure::NotJudged("variables stand for variables without end".to_owned()))
}

/// The expression of a variable, and whether what it stands for is taken as it is.
fn inner(braced: &str) -> (String, bool) {
    let text = braced.replace("{{", "").replace("}}", "");
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => (rest.trim().to_owned(), true),
        None => (text.to_owned(), false),
    }
}

/// The expression that is meant: `@` is the place in the resource that is written to, and what is deleted
/// is the old object.
fn meant(query: &str, path: &str, context: &mut Context<'_>) -> String {
    let mut query = query.to_owned();
    if query == "@" {
        let root = if context.query("target").is_ok() { "target" } else { "request.object" };
        query = place(root, path);
    }
    if context.is_delete() {
        query = query.replace("request.object", "request.oldObject");
    }
    query
}

/// A path in a rule as an expression for the same place in the resource.
fn place(root: &str, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let start = parts.iter().position(|it| *it == "foreach").map_or(0, |it| it + 1);
    let mut text = root.to_owned();
    for part in parts.iter().skip(start + 2) {
        if !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()) {
            let _ = write!(text, "[{part}]");
        } else if part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_') {
            let _ = write!(text, ".{part}");
        } else {
            let _ = write!(text, ".\"{part}\"");
        }
    }
    text
}

fn find_all(text: &str) -> Vec<Variable<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if at == 0
            && let Some(length) = length(rest)
        {
            let whole = rest.get(..length).unwrap_or_default();
            found.push(Variable { whole, text: whole });
            at += length;
            continue;
        }
        let Some(first) = rest.chars().next() else { break };
        let behind = rest.get(first.len_utf8()..).unwrap_or_default();
        match length(behind).filter(|_| first != '\\') {
            Some(length) => {
                let whole = rest.get(..first.len_utf8() + length).unwrap_or_default();
                // The character before may be a brace, too; then it is part of the variable.
                let is_whole = self::length(whole).is_some();
                let text = if is_whole { whole } else { behind.get(..length).unwrap_or_default() };
                found.push(Variable { whole, text });
                at += whole.len();
            }
            None => at += first.len_utf8(),
        }
    }
    found
}

/// The length of the variable that a text begins with: braces may be in it, but not within each other.
fn length(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix("{{")?;
    loop {
        let next = rest.find(['{', '}'])?;
        rest = rest.get(next..)?;
        if rest.starts_with("}}") {
            return Some(text.len() - rest.len() + 2);
        }
        let inside = rest.strip_prefix('{')?;
        let end = inside.find(['{', '}'])?;
        rest = inside.get(end..)?.strip_prefix('}')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_with_the_braces_in_them() {
        assert_eq!(variables("{{a}} {{ b }}x{{c.{d: e}}}"), ["{{a}}", "{{ b }}", "{{c.{d: e}}}"]);
        assert_eq!(variables("\\{{a}}"), Vec::<&str>::new());
        assert_eq!(variables("{{ a[?b=='{{c}}'] }}"), ["{{c}}"]);
        assert_eq!(variables("{a} {{b"), Vec::<&str>::new());
    }

    #[test]
    fn a_place_in_a_rule_is_one_in_the_resource() {
        assert_eq!(place("target", "/mutate/overlay/spec/l/0/a-b"), "target.spec.l[0].\"a-b\"");
    }
}
