//! What a rule is, and whom it is about.

use serde_json::Value;

use super::super::field::{filled, items, text, texts};
use super::{Checked, blocks, flaw};
use crate::Object;

/// What kind of rule it is, and whom it is about.
pub(super) fn shape(rule: &Value, index: usize, rules: &[Value], policy: &Object) -> Checked {
    let name = text(rule, "name");
    let at = format!("/spec/rules/{index}");
    let place = format!("spec.rules[{index}]");
    if rules.iter().take(index).any(|it| text(it, "name") == name) {
        return flaw(format!("{at}/name"), format!("{place}.name: Duplicate rule name: '{name}'"));
    }
    let kinds = ["mutate", "validate", "generate", "verifyImages"];
    match kinds.iter().filter(|it| filled(rule, it).is_some()).count() {
        0 => {
            return flaw(
                at,
                format!(
                    "{place}: No operation defined in the rule '{name}'.(supported operations: mutate,validate,generate,verifyImages)"
                ),
            );
        }
        1 => {}
        _ => {
            return flaw(
                at,
                format!(
                    "{place}: Multiple operations defined in the rule '{name}', only one operation (mutate,validate,generate,verifyImages) is allowed per rule"
                ),
            );
        }
    }
    for key in ["match", "exclude"] {
        let all = blocks(rule, key);
        let Some((_, block)) = all.first() else { continue };
        let has_lists = !items(block, "any").is_empty() || !items(block, "all").is_empty();
        if !items(block, "any").is_empty() && !items(block, "all").is_empty() {
            return flaw(
                format!("{at}/{key}"),
                format!("{place}.{key}: Can't specify any and all together"),
            );
        }
        if has_lists && filled(block, "resources").is_some() {
            return flaw(
                format!("{at}/{key}"),
                format!(
                    "path: {place}.{key}.: can't specify any/all together with {key} resources"
                ),
            );
        }
        for (of, block) in &all {
            users(block, &format!("{place}.{key}{of}"), &format!("{at}/{key}"))?;
            let resources = block.get("resources").unwrap_or(&Value::Null);
            if !text(resources, "name").is_empty() && !items(resources, "names").is_empty() {
                return flaw(
                    format!("{at}/{key}"),
                    format!("{place}.{key}{of}: Both name and names can not be specified together"),
                );
            }
            if policy.kind() == "Policy" && !items(resources, "namespaces").is_empty() {
                return flaw(
                    format!("{at}/{key}"),
                    format!(
                        "{place}.{key}{of}.namespaces: Forbidden: Filtering namespaces not allowed in namespaced policies"
                    ),
                );
            }
        }
    }
    let blocks = blocks(rule, "match");
    let lists: Vec<_> = blocks.iter().filter(|(of, _)| !of.is_empty()).collect();
    let meant: Vec<_> = if lists.is_empty() { blocks.iter().collect() } else { lists };
    for (_, block) in meant {
        let resources = block.get("resources").unwrap_or(&Value::Null);
        if filled(block, "resources").is_none() {
            return flaw(
                format!("{at}/match"),
                format!("path: {place}.match.resources.: match resources not specified"),
            );
        }
        if texts(resources, "kinds").is_empty() {
            return flaw(
                format!("{at}/match"),
                "at least one element must be specified in a kind block, the kind attribute is mandatory when working with the resources element",
            );
        }
    }
    if rule.get("match").is_none() {
        return flaw(at, format!("path: {place}.match.resources.: match resources not specified"));
    }
    Ok(())
}

fn users(block: &Value, place: &str, at: &str) -> Checked {
    for (index, subject) in items(block, "subjects").iter().enumerate() {
        let entry = format!("{place}.subjects[{index}]");
        match text(subject, "kind") {
            "" => return flaw(at, format!("{entry}.kind: Required value")),
            "ServiceAccount" if text(subject, "namespace").is_empty() => {
                return flaw(
                    at,
                    format!(
                        "{entry}.namespace: Required value: namespace is required when Kind is ServiceAccount"
                    ),
                );
            }
            "User" | "Group" | "ServiceAccount" => {}
            _ => {
                return flaw(
                    at,
                    format!("{entry}.kind: kind must be 'User', 'Group', or 'ServiceAccount'"),
                );
            }
        }
        if text(subject, "name").is_empty() {
            return flaw(at, format!("{entry}.name: Required value"));
        }
    }
    for (index, role) in texts(block, "roles").iter().enumerate() {
        if role.split(':').count() != 2 {
            return flaw(
                at,
                format!(
                    "{place}.roles[{index}]: Invalid value: \"{role}\": Role is expected to be in namespace:name format"
                ),
            );
        }
    }
    Ok(())
}

/// Rules for all kinds can say little.
pub(super) fn wildcards(rule: &Value, index: usize, is_background: bool) -> Checked {
    for key in ["match", "exclude"] {
        for (of, block) in blocks(rule, key) {
            let kinds = texts(block.get("resources").unwrap_or(&Value::Null), "kinds");
            if !kinds.iter().any(|it| it == "*") {
                continue;
            }
            let of = of.replace('/', ".");
            let why = if is_background {
                "wildcard policy not allowed in background mode. Set spec.background=false to disable background mode for this policy rule "
            } else if kinds.len() > 1 {
                "wildcard policy can not deal with more than one kind"
            } else if filled(rule, "generate").is_some()
                || filled(rule, "verifyImages").is_some()
                || rule.get("validate").and_then(|it| it.get("foreach")).is_some()
            {
                "wildcard policy does not support rule type"
            } else if !is_about_metadata(rule) {
                "policy can only deal with the metadata field of the resource if the rule does not match any kind"
            } else {
                continue;
            };
            return flaw(
                format!("/spec/rules/{index}/{key}"),
                format!("path: spec.rules[{index}].{key}{of}.kinds: {why}"),
            );
        }
    }
    Ok(())
}

fn is_about_metadata(rule: &Value) -> bool {
    let is_so = |it: &Value| it.as_object().is_none_or(|it| it.keys().all(|it| it == "metadata"));
    let validate = rule.get("validate").unwrap_or(&Value::Null);
    let mutate = rule.get("mutate").unwrap_or(&Value::Null);
    validate.get("pattern").is_none_or(is_so)
        && items(validate, "anyPattern").iter().all(is_so)
        && mutate.get("patchStrategicMerge").is_none_or(is_so)
}
