//! What the policies of several engines have alike.

use serde_json::{Map, Value, json};

use crate::Manifest;
use crate::intents::exemption::{self, Exempt};
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::program::{Named, Program};
use crate::intents::target::Resources;
use crate::kubernetes::Kind;

/// An object of these fields in their order, without those that say nothing: null, and lists of nothing.
pub(super) fn fields<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let says = |it: &Value| !it.is_null() && it.as_array().is_none_or(|it| !it.is_empty());
    let fields = fields.into_iter().filter(|(_, value)| says(value));
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Named expressions as `[{name, expression}]`.
pub(super) fn named(expressions: &[Named]) -> Value {
    expressions.iter().map(|it| json!({"name": it.name, "expression": it.expression})).collect()
}

/// The validations of a program.
pub(super) fn validations(program: &Program) -> Value {
    let items = program.validations.iter().map(|it| {
        fields([
            ("expression", it.expression.as_str().into()),
            ("message", it.message.as_str().into()),
            ("messageExpression", it.message_expression.as_deref().into()),
        ])
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

/// That the policy leaves nothing alone that an engine cannot.
pub(super) fn without(
    policy: &Policy,
    engine: &str,
    is_unsaid: fn(&Exempt) -> bool,
) -> Result<(), Unsaid> {
    match policy.exemptions().iter().find(|it| is_unsaid(&it.what)) {
        Some(it) => Err(Unsaid(format!(
            "{engine} cannot leave it alone: exempt a namespace in place of {}",
            it.what.title()
        ))),
        None => Ok(()),
    }
}

/// The namespaces that are left alone, where an engine takes the beginning of a name with `*`.
pub(super) fn wild_namespaces(policy: &Policy) -> Vec<String> {
    let mut all = policy.exempt_namespaces();
    all.extend(policy.exemptions().iter().filter_map(|it| match it.what {
        Exempt::NamespacesOf(prefix) => Some(format!("{prefix}*")),
        _ => None,
    }));
    all
}

/// Who and what a rule of a ClusterPolicy leaves alone, for its `exclude.any`: namespaces, users and groups.
pub(super) fn excluded(policy: &Policy) -> Vec<Value> {
    let mut all = Vec::new();
    let namespaces = wild_namespaces(policy);
    if !namespaces.is_empty() {
        all.push(json!({"resources": {"namespaces": namespaces}}));
    }
    let subjects = excluded_subjects(policy);
    if !subjects.is_empty() {
        all.push(json!({"subjects": subjects}));
    }
    all
}

/// The users and groups that a rule of a ClusterPolicy leaves alone.
pub(super) fn excluded_subjects(policy: &Policy) -> Vec<Value> {
    let subjects = policy.exemptions().into_iter().filter_map(|it| match &it.what {
        Exempt::User(name) => Some(json!({"kind": "User", "name": name})),
        Exempt::Group(name) => Some(json!({"kind": "Group", "name": name})),
        _ => None,
    });
    subjects.collect()
}

/// Puts the exemptions into the annotations of an object, and what else is said there.
pub(super) fn annotate(object: &mut Value, policy: &Policy, others: &[(&str, String)]) {
    let mut annotations = Map::new();
    for (key, value) in others {
        annotations.insert((*key).to_owned(), value.as_str().into());
    }
    if let Some((key, lines)) = exemption::annotation(policy.exemptions()) {
        annotations.insert(key.to_owned(), lines.into());
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

/// A ClusterPolicy of one rule. Kyverno is not to make rules for controllers of its own: those are named.
pub(super) fn cluster_policy(
    policy: &Policy,
    why: &str,
    rule: &Value,
    is_in_background: bool,
) -> Manifest {
    let spec = json!({
        "background": is_in_background,
        "webhookConfiguration": {"failurePolicy": "Fail"},
        "rules": [rule],
    });
    let content = json!({"spec": spec});
    let mut made = Manifest::new(Kind::CLUSTER_POLICY, None, &policy.name(), why, content);
    let mut annotations = kyverno_annotations(policy);
    annotations.push(("pod-policies.kyverno.io/autogen-controllers", "none".to_owned()));
    annotate(&mut made.object, policy, &annotations);
    made
}

/// Why a policy is there, for the comment above it: the flaw, and what to do about it.
pub(super) fn why(policy: &Policy) -> String {
    format!("Refuses that {}: {}.", policy.intent.summary(), policy.intent.remedy())
}
