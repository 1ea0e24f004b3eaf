//! Variables that a rule may use, and those that it may not.

use serde_json::Value;

use super::super::field::{filled, items, text};
use super::super::variables::{is_variable, replaced, variables as all_variables, visit};
use super::{Checked, blocks, flaw};
use crate::kyverno::jmespath::Expression;
use crate::kyverno::pattern::wildcard::matches_text;

/// Rules that are evaluated in the background know no user.
pub(super) fn no_users(rule: &Value, index: usize) -> Checked {
    const WHY: &str = "only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule:";
    for key in ["match", "exclude"] {
        for (place, block) in blocks(rule, key) {
            for of in ["roles", "clusterRoles", "subjects"] {
                if filled(block, of).is_some() {
                    let at = format!("/spec/rules/{index}/{key}");
                    return flaw(
                        at,
                        format!(
                            "{WHY} invalid variable used at path: spec/rules[{index}]/{key}{place}/{of} "
                        ),
                    );
                }
            }
        }
    }
    if rule.get("mutate").and_then(|it| it.get("targets")).is_some() {
        return Ok(());
    }
    let mut found = None;
    visit(rule, "", &mut |text, path| {
        let of_user = [
            "serviceAccountName",
            "serviceAccountNamespace",
            "request.userInfo",
            "request.roles",
            "request.clusterRoles",
        ];
        for braced in all_variables(text) {
            if found.is_none() && of_user.iter().any(|it| names(braced, it)) {
                found = Some((path.to_owned(), braced.to_owned()));
            }
        }
    });
    match found {
        Some((path, braced)) => flaw(
            format!("/spec/rules/{index}{path}"),
            format!("{WHY} variable {braced} is not allowed "),
        ),
        None => Ok(()),
    }
}

/// Whether a variable has a name, not behind a dot and as a whole word.
fn names(braced: &str, name: &str) -> bool {
    braced.match_indices(name).any(|(at, _)| {
        let before = braced.get(..at).and_then(|it| it.chars().next_back());
        let after = braced.get(at + name.len()..).and_then(|it| it.chars().next());
        before.is_some_and(|it| it != '.')
            && after.is_none_or(|it| !it.is_ascii_alphanumeric() && it != '_')
    })
}

/// Variables that a rule may use.
pub(super) fn variables(rule: &Value, index: usize, is_background: bool) -> Checked {
    let name = text(rule, "name");
    for key in ["exclude", "match"] {
        let mut has = false;
        if let Some(block) = rule.get(key) {
            visit(block, "", &mut |text, _| has |= is_variable(text));
        }
        if has {
            return flaw(
                format!("/spec/rules/{index}/{key}"),
                format!(
                    "policy contains invalid variables: rule \"{name}\" should not have variables in {key} section"
                ),
            );
        }
    }
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    let mutate = rule.get("mutate").unwrap_or(&Value::Null);
    let generate = rule.get("generate").unwrap_or(&Value::Null);
    let mut known: Vec<String> = Vec::new();
    let loops = [validate, mutate, generate].into_iter().flat_map(|it| items(it, "foreach"));
    for block in [rule].into_iter().chain(loops).chain(items(mutate, "targets")) {
        for entry in items(block, "context") {
            let name = text(entry, "name");
            if filled(entry, "configMap").is_some() {
                known.extend(
                    [".data", ".metadata", ".data.*", ".metadata.*"]
                        .map(|it| format!("{name}{it}")),
                );
            } else {
                known.push(format!("{name}*"));
            }
        }
    }
    for image in items(rule, "verifyImages") {
        let names = items(image, "attestations").iter().map(|it| format!("{}*", text(it, "name")));
        known.extend(names);
    }
    let has_targets = mutate.get("targets").is_some();
    let mut found: Checked = Ok(());
    let mut rule = rule.clone();
    // What attestations are asked for is not known beforehand.
    if let Some(images) = rule.get_mut("verifyImages").and_then(Value::as_array_mut) {
        for image in images {
            for attestation in
                image.get_mut("attestations").and_then(Value::as_array_mut).into_iter().flatten()
            {
                if let Some(map) = attestation.as_object_mut() {
                    map.shift_remove("conditions");
                }
            }
        }
    }
    visit(&rule, "", &mut |text, path| {
        if found.is_err() {
            return;
        }
        let result = replaced(text, &mut |query| {
            if query == "@" {
                return Ok(());
            }
            if let Err(it) = Expression::parse(query) {
                return Err(format!(
                    "failed to resolve {query} at path {path}: invalid JMESPath query {query}: {it}"
                ));
            }
            let bare = query.replace('"', "");
            let is_known = is_allowed(&bare, is_background, has_targets)
                || known.iter().any(|it| matches_text(it, &bare));
            if is_known {
                Ok(())
            } else {
                Err(format!(
                    "variable {bare} must be one that the rule knows, such as `request.`, or one of its context {known:?}"
                ))
            }
        });
        if let Err(why) = result {
            found = flaw(
                format!("/spec/rules/{index}{path}"),
                format!(
                    "policy contains invalid variables: variable substitution failed for rule {name}: {why}"
                ),
            );
        }
    });
    found
}

/// Whether an expression names something that every rule knows, or calls a function.
fn is_allowed(query: &str, is_background: bool, has_targets: bool) -> bool {
    const ALWAYS: [&str; 4] = ["element", "@", "images", "image."];
    const REQUEST: [&str; 4] =
        ["request", "serviceAccountName", "serviceAccountNamespace", "image"];
    let calls = query.match_indices('(').any(|(at, _)| {
        let before = query.get(..at).and_then(|it| it.chars().next_back());
        let after = query.get(at + 1..).and_then(|it| it.chars().next());
        before.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
            && after.is_some_and(|it| !matches!(it, '{' | '}'))
    });
    calls
        || ALWAYS.iter().any(|it| query.contains(it))
        || query.contains("request.")
        || !is_background && REQUEST.iter().any(|it| query.contains(it))
        || has_targets && query.contains("target.")
}

/// Elements are known in loops only.
pub(super) fn elements(value: &Value, path: &str, at: &str) -> Checked {
    let mut found: Checked = Ok(());
    visit(value, path, &mut |text, path| {
        for braced in all_variables(text) {
            let name = braced.replace("{{", "").replace("}}", "");
            let name = name.trim();
            let is_element = name.starts_with("element");
            if found.is_ok() && is_element && !path.contains("/foreach/") {
                found = flaw(
                    format!("{at}{path}"),
                    format!("variable '{name}' present outside of foreach at path {path}"),
                );
            }
        }
    });
    found
}
