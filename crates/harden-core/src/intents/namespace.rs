//! What a namespace says of itself, as intents.

mod missing_namespace_annotation;
mod missing_namespace_label;
mod namespace_without_pod_security;
mod privileged_namespace;
mod unknown_pod_security_label;
mod unpinned_pod_security_version;

use super::cel::quoted;
use super::target::{Resources, WRITES};
use super::{Intent, Validation};

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &missing_namespace_annotation::INTENT,
    &missing_namespace_label::INTENT,
    &namespace_without_pod_security::INTENT,
    &privileged_namespace::INTENT,
    &unknown_pod_security_label::INTENT,
    &unpinned_pod_security_version::INTENT,
];

const NAMESPACES: &[Resources] = &[Resources {
    group: "",
    version: "v1",
    names: &[("namespaces", "Namespace")],
    operations: WRITES,
}];

/// Whether Kubernetes makes the namespace for itself; nobody else may make one of such a name in good faith.
const IS_OF_SYSTEM: &str = "object.metadata.name.startsWith('kube-')";

/// An expression for the value of a label of the object; empty where there is none.
fn label(key: &str) -> String {
    format!("object.metadata.?labels[?{}].orValue('')", quoted(key))
}

/// What holds where the object has each label or annotation of a parameter, with a value as its pattern has it.
pub(super) fn required(field: &str, variable: &str) -> Validation {
    let condition = |it: &str| {
        format!(
            "{it}.key in object.metadata.?{field}.orValue({{}}) && ({it}.pattern == '' || \
             object.metadata.{field}[{it}.key].matches({it}.pattern))"
        )
    };
    let message =
        format!("the object must have these {field}, with values as their patterns have them");
    let missing = format!(
        "{} + variables.{variable}.filter(r, !({})).map(r, r.pattern == '' ? r.key : r.key + '=' + r.pattern).join(', ')",
        quoted(&format!("{message}: ")),
        condition("r")
    );
    Validation {
        expression: format!("variables.{variable}.all(r, {})", condition("r")),
        message,
        message_expression: Some(missing),
    }
}
