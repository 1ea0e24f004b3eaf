//! What the policies of several engines have alike.

use serde_json::{Map, Value, json};

use crate::intents::policy::Policy;
use crate::intents::program::{Named, Program};
use crate::intents::target::Resources;
use crate::rules::admission::EXEMPTIONS_ANNOTATION;

/// Named expressions as `[{name, expression}]`.
pub(super) fn named(expressions: &[Named]) -> Value {
    expressions.iter().map(|it| json!({"name": it.name, "expression": it.expression})).collect()
}

/// The validations of a program.
pub(super) fn validations(program: &Program) -> Value {
    let items = program.validations.iter().map(|it| {
        let mut item = json!({"expression": it.expression, "message": it.message});
        if let Some(expression) = &it.message_expression {
            item["messageExpression"] = expression.as_str().into();
        }
        item
    });
    items.collect()
}

/// Audit annotations as `[{key, valueExpression}]`.
pub(super) fn audit_annotations(program: &Program) -> Value {
    let items = program.audit_annotations.iter();
    items.map(|it| json!({"key": it.name, "valueExpression": it.expression})).collect()
}

/// What an engine sends to a policy, as `resourceRules`.
pub(super) fn resource_rules(resources: &[Resources]) -> Value {
    let rules = resources.iter().map(|it| {
        let names: Vec<_> = it.names.iter().map(|(name, _)| *name).collect();
        json!({
            "apiGroups": [it.group],
            "apiVersions": [it.version],
            "operations": it.operations,
            "resources": names,
        })
    });
    rules.collect()
}

/// A selector of all namespaces but some, by the label that the API server gives each; none where all are meant.
pub(crate) fn namespace_selector(but: &[String]) -> Option<Value> {
    (!but.is_empty()).then(|| {
        json!({"matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": but},
        ]})
    })
}

/// Puts the exemptions into the annotations of an object, and what else is said there.
pub(super) fn annotate(object: &mut Value, policy: &Policy, others: &[(&str, String)]) {
    let mut annotations = Map::new();
    for (key, value) in others {
        annotations.insert((*key).to_owned(), value.as_str().into());
    }
    if let Some(lines) = policy.exemption_lines() {
        annotations.insert(EXEMPTIONS_ANNOTATION.to_owned(), lines.into());
    }
    if let Some(metadata) = object
        .get_mut("metadata")
        .and_then(Value::as_object_mut)
        .filter(|_| !annotations.is_empty())
    {
        metadata.insert("annotations".to_owned(), annotations.into());
    }
}

/// What Kyverno's annotations say of a policy.
pub(super) fn kyverno_annotations(policy: &Policy) -> Vec<(&'static str, String)> {
    let intent = policy.intent;
    vec![
        ("policies.kyverno.io/title", policy.intent.id.to_owned()),
        ("policies.kyverno.io/category", intent.category().name().to_owned()),
        ("policies.kyverno.io/severity", intent.severity().name().to_owned()),
        ("policies.kyverno.io/description", format!("{}. {}", intent.summary(), intent.why())),
    ]
}

/// Why a policy is there, for the comment above it: the flaw, and what to do about it.
pub(super) fn why(policy: &Policy) -> String {
    format!("Refuses that {}: {}.", policy.intent.summary(), policy.intent.remedy())
}
