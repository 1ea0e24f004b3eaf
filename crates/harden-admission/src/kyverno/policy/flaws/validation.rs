//! What rules ask.

use serde_json::Value;

use super::super::field::{filled, items, map, text};
use super::{Checked, flaw};
use crate::kyverno::pattern::Pattern;

/// Whether all labels and annotations of a pattern are texts.
pub(super) fn is_of_texts(rule: &Value) -> bool {
    let is_metadata = |it: &Value| {
        ["labels", "annotations"]
            .iter()
            .filter_map(|key| map(it, key))
            .all(|tags| tags.values().all(Value::is_string))
    };
    let is_pattern = |pattern: &Value| {
        let own = pattern.get("metadata").is_none_or(is_metadata);
        own && pattern.pointer("/spec/template/metadata").is_none_or(is_metadata)
    };
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    match validate.get("foreach") {
        Some(_) => {
            items(validate, "foreach").iter().filter_map(|it| it.get("pattern")).all(is_pattern)
        }
        None => {
            validate.get("pattern").is_none_or(is_pattern)
                && items(validate, "anyPattern").iter().all(is_pattern)
        }
    }
}

/// What a rule asks.
pub(super) fn validation(rule: &Value, index: usize) -> Checked {
    let Some(validate) = filled(rule, "validate") else { return Ok(()) };
    let at = format!("/spec/rules/{index}/validate");
    let place = format!("path: spec.rules[{index}].validate.");
    let refuse = |why: &str| flaw(at.clone(), format!("{place}.: {why}"));
    let is_there = |key: &str| validate.get(key).is_some_and(|it| !it.is_null());
    let ways =
        ["pattern", "anyPattern", "deny", "foreach", "podSecurity", "cel", "manifests", "assert"];
    match ways.iter().filter(|it| is_there(it)).count() {
        0 => return refuse("one of pattern, anyPattern, deny, foreach, cel must be specified"),
        1 => {}
        _ => return refuse("only one of pattern, anyPattern, deny, foreach, cel can be specified"),
    }
    let single = validate.get("pattern").map(|it| ("pattern".to_owned(), it));
    let several = items(validate, "anyPattern").iter().enumerate();
    let several = several.map(|(at, it)| (format!("anyPattern/{at}"), it));
    for (of, pattern) in single.into_iter().chain(several) {
        if let Err(it) = Pattern::read(pattern) {
            return flaw(format!("{at}/{of}"), format!("{place}{of}.: {it}"));
        }
    }
    if is_there("anyPattern") && !validate.get("anyPattern").is_some_and(Value::is_array) {
        return refuse("failed to deserialize anyPattern, expect array");
    }
    if rule.get("celPreconditions").is_some() && !is_there("cel") {
        return refuse("celPrecondition can only be used with validate.cel");
    }
    let Some(cel) = validate.get("cel") else { return Ok(()) };
    if items(cel, "expressions").iter().any(|it| text(it, "expression").is_empty()) {
        return refuse("cel.expressions.expression is required");
    }
    let (kind, reference) = (cel.get("paramKind"), cel.get("paramRef"));
    if let Some(kind) = kind {
        if text(kind, "apiVersion").is_empty() {
            return refuse("cel.paramKind.apiVersion is required");
        }
        if text(kind, "kind").is_empty() {
            return refuse("cel.paramKind.kind is required");
        }
        if reference.is_none() {
            return refuse("cel.paramRef is required");
        }
    }
    if let Some(reference) = reference {
        if text(reference, "name").is_empty() == reference.get("selector").is_none() {
            return refuse("one of cel.paramRef.name or cel.paramRef.selector must be set");
        }
        if reference.get("parameterNotFoundAction").is_none() {
            return refuse("cel.paramRef.parameterNotFoundAction is required");
        }
        if kind.is_none() {
            return refuse("cel.paramKind is required");
        }
    }
    Ok(())
}
