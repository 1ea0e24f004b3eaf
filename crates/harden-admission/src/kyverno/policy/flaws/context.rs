//! Entries of the context of rules.

use serde_json::Value;

use super::super::field::{filled, items, text};
use super::super::variables::is_variable;
use super::{Checked, flaw};
use crate::kyverno::jmespath::Expression;

/// The entries of a rule's context.
pub(super) fn context(rule: &Value, index: usize) -> Checked {
    const SOURCES: [&str; 5] =
        ["configMap", "apiCall", "globalReference", "imageRegistry", "variable"];
    const KNOWN: [&str; 6] = [
        "images",
        "request",
        "serviceAccountName",
        "serviceAccountNamespace",
        "element",
        "elementIndex",
    ];
    let entries = items(rule, "context");
    let refuse = |at: usize, why: &str| {
        let at = format!("/spec/rules/{index}/context/{at}");
        flaw(at, format!("path: spec.rules[{index}]: {why}"))
    };
    let is_cel = rule.get("validate").is_some_and(|it| filled(it, "cel").is_some());
    if !entries.is_empty() && is_cel {
        return refuse(
            0,
            "context variables are not supported for CEL expressions in validate rules",
        );
    }
    for (at, entry) in entries.iter().enumerate() {
        let name = text(entry, "name");
        if name.is_empty() {
            return refuse(at, "a name is required for context entries");
        }
        let taken = KNOWN.iter().find(|it| name == **it || name.starts_with(&format!("{it}.")));
        if let Some(taken) = taken {
            return refuse(
                at,
                &format!(
                    "entry name {name} is invalid as it conflicts with a pre-defined variable {taken}"
                ),
            );
        }
        let sources: Vec<&str> =
            SOURCES.into_iter().filter(|it| entry.get(it).is_some_and(Value::is_object)).collect();
        let [source] = sources.as_slice() else {
            return refuse(
                at,
                "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries",
            );
        };
        let it = entry.get(source).unwrap_or(&Value::Null);
        let path = text(it, "jmesPath");
        if !path.is_empty()
            && !is_variable(path)
            && let Err(why) = Expression::parse(path)
        {
            return refuse(at, &format!("failed to parse JMESPath {path}: {why}"));
        }
        let is_there = |key: &str| it.get(key).is_some_and(|it| !it.is_null());
        let why = match *source {
            "variable" if !is_there("value") && path.is_empty() => {
                "a variable must define a value or a jmesPath expression"
            }
            "variable" if is_there("default") && path.is_empty() => {
                "a variable must define a default value only when a jmesPath expression is defined"
            }
            "configMap" if text(it, "name").is_empty() => {
                "a name is required for configMap context entry"
            }
            "configMap" if text(it, "namespace").is_empty() => {
                "a namespace is required for configMap context entry"
            }
            "apiCall" if is_there("service") && !text(it, "urlPath").is_empty() => {
                "a URLPath cannot be used for service API calls"
            }
            "globalReference" if text(it, "name").is_empty() => {
                "a name is required for globalReference context entry"
            }
            "imageRegistry" if text(it, "reference").is_empty() => {
                "a ref is required for imageRegistry context entry"
            }
            _ => continue,
        };
        return refuse(at, why);
    }
    Ok(())
}
