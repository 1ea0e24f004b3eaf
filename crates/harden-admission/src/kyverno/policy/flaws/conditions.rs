//! Conditions of rules.

use serde_json::Value;

use super::super::field::{items, text};
use super::super::operators::OPERATORS;
use super::{Checked, flaw};

/// The conditions of a rule, and of its loops.
pub(super) fn conditions(rule: &Value, index: usize) -> Checked {
    let at = format!("/spec/rules/{index}");
    let place = format!("path: spec.rules[{index}]");
    if let Some(it) = rule.get("preconditions") {
        each_condition(
            it,
            &format!("{at}/preconditions"),
            &format!("{place}.validate.preconditions"),
            true,
        )?;
    }
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    if let Some(it) = validate.get("deny").and_then(|it| it.get("conditions")) {
        let place = format!("{place}.validate.deny.conditions");
        each_condition(it, &format!("{at}/validate/deny/conditions"), &place, true)?;
    }
    in_loops(validate, &format!("{at}/validate"), &format!("{place}.validate.foreach"))
}

fn in_loops(block: &Value, at: &str, place: &str) -> Checked {
    for (index, each) in items(block, "foreach").iter().enumerate() {
        let at = format!("{at}/foreach/{index}");
        if let Some(it) = each.get("preconditions") {
            each_condition(
                it,
                &format!("{at}/preconditions"),
                &format!("{place}.conditions"),
                false,
            )?;
        }
        if let Some(it) = each.get("deny").and_then(|it| it.get("conditions")) {
            let place = format!("{place}.deny.conditions");
            each_condition(it, &format!("{at}/deny/conditions"), &place, false)?;
        }
        in_loops(each, &at, place)?;
    }
    Ok(())
}

fn each_condition(conditions: &Value, at: &str, place: &str, has_values: bool) -> Checked {
    let check = |it: &Value, at: String, place: String| {
        let operator = text(it, "operator");
        let is_missing = |key: &str| it.get(key).is_none_or(Value::is_null) || operator.is_empty();
        if has_values && (is_missing("key") || is_missing("value")) {
            return flaw(
                at,
                format!(
                    "{place}: entered value of `key`, `value` or `operator` is missing or misspelled"
                ),
            );
        }
        if has_values && text(it, "key").replace(' ', "") == "{{request.operation}}" {
            operations(it.get("value").unwrap_or(&Value::Null), &at, &place)?;
        }
        if !OPERATORS.contains(&operator) {
            return flaw(at, format!("{place}: entered value of `operator` is invalid"));
        }
        Ok(())
    };
    match conditions {
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                check(it, format!("{at}/{index}"), format!("{place}[{index}]"))?;
            }
        }
        _ => {
            for list in ["any", "all"] {
                for (index, it) in items(conditions, list).iter().enumerate() {
                    check(it, format!("{at}/{list}/{index}"), format!("{place}.{list}[{index}]"))?;
                }
            }
        }
    }
    Ok(())
}

/// The operations that a condition may ask for.
fn operations(value: &Value, at: &str, place: &str) -> Checked {
    let is_one = |it: &str| matches!(it, "CREATE" | "UPDATE" | "DELETE" | "CONNECT");
    let unknown = |it: &str| {
        flaw(
            at,
            format!(
                "{place}: unknown value '{it}' found under the 'value' field. Only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]"
            ),
        )
    };
    match value {
        Value::String(it) if it.starts_with("{{") && it.ends_with("}}") => Ok(()),
        Value::String(it) => {
            if is_one(it) {
                Ok(())
            } else {
                unknown(it)
            }
        }
        Value::Array(items) => {
            for it in items {
                match it.as_str() {
                    Some(it) if is_one(it) => {}
                    Some(it) => return unknown(it),
                    None => {
                        return flaw(
                            at,
                            format!("{place}: the provided values are expected to be strings"),
                        );
                    }
                }
            }
            Ok(())
        }
        _ => flaw(
            at,
            format!(
                "{place}: the provided value/values are expected to be either in the form of a string or list"
            ),
        ),
    }
}
