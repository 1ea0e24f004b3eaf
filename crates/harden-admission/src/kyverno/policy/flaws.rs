//! What Kyverno refuses in a policy, in its words.

mod conditions;
mod context;
mod matching;
mod validation;
mod variables;

use serde_json::Value;

use super::field::{filled, items, map};
use crate::Object;
use conditions::conditions;
use context::context;
use matching::{shape, wildcards};
use validation::{is_of_texts, validation};
use variables::{elements, no_users, variables};

/// Something that is refused: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// A pointer in the policy.
    pub at: String,
    pub message: String,
}

type Checked = Result<(), Flaw>;

fn flaw(at: impl Into<String>, message: impl Into<String>) -> Checked {
    Err(Flaw { at: at.into(), message: message.into() })
}

/// The first thing that is wrong with a policy.
pub(super) fn first(policy: &Object) -> Option<Flaw> {
    check(policy).err()
}

fn check(policy: &Object) -> Checked {
    if policy.kind() == "ClusterPolicy" && !policy.namespace().is_empty() {
        return flaw(
            "/metadata/namespace",
            "A clusterpolicy should not have the namespace defined",
        );
    }
    let null = Value::Null;
    let spec = policy.json().get("spec").unwrap_or(&null);
    let is_true = |key: &str| spec.get(key).and_then(Value::as_bool).unwrap_or(true);
    let is_background = is_true("background");
    let rules = items(spec, "rules");
    if is_background {
        for (index, rule) in rules.iter().enumerate() {
            no_users(rule, index)?;
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        variables(rule, index, is_background)?;
    }
    if policy.name().len() > 63 {
        return flaw(
            "/metadata/name",
            format!("name: Too long: may not be more than 63 bytes: {}", policy.name()),
        );
    }
    let annotations = policy.json().get("metadata").and_then(|it| map(it, "annotations"));
    let controllers =
        annotations.and_then(|it| it.get("pod-policies.kyverno.io/autogen-controllers"));
    if controllers.and_then(Value::as_str) == Some("all") {
        return flaw(
            "/metadata/annotations",
            "Autogen annotation does not support 'all' anymore, remove the annotation or set it to a valid value",
        );
    }
    for (index, rule) in rules.iter().enumerate() {
        shape(rule, index, rules, policy)?;
    }
    if policy.kind() == "Policy" && filled(spec, "validationFailureActionOverrides").is_some() {
        return flaw(
            "/spec/validationFailureActionOverrides",
            "spec.validationFailureActionOverrides: Forbidden: Use of validationFailureActionOverrides is supported only with ClusterPolicy",
        );
    }
    if !is_true("admission") && !is_background {
        return flaw("/spec", "disabling both admission and background processing is not allowed");
    }
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("/spec/rules/{index}");
        wildcards(rule, index, is_background)?;
        conditions(rule, index)?;
        elements(rule, "", &at)?;
        context(rule, index)?;
        if !is_of_texts(rule) {
            return flaw(
                format!("{at}/validate"),
                "labels and annotations supports only string values, \"use double quotes around the non string values\"",
            );
        }
        validation(rule, index)?;
    }
    Ok(())
}

/// The blocks of a `match` or an `exclude`, each with its place.
fn blocks<'r>(rule: &'r Value, key: &'static str) -> Vec<(String, &'r Value)> {
    let Some(block) = rule.get(key).filter(|it| it.is_object()) else { return Vec::new() };
    let mut blocks = vec![(String::new(), block)];
    for list in ["any", "all"] {
        let each = items(block, list).iter().enumerate();
        blocks.extend(each.map(|(index, it)| (format!("/{list}[{index}]"), it)));
    }
    blocks
}
