//! Kyverno's older kind, ClusterPolicy, with the same expressions.

use serde_json::{Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::program::{Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Result<Vec<Manifest>, Unsaid> {
    let program = Program::new(policy, Passing::Literal);
    let mut rule = json!({
        "name": policy.intent.id,
        "match": {"any": matches(policy)},
    });
    let namespaces = policy.exempt_namespaces();
    if !namespaces.is_empty() {
        rule["exclude"] = json!({"any": [{"resources": {"namespaces": namespaces}}]});
    }
    if !program.conditions.is_empty() {
        rule["celPreconditions"] = parts::named(&program.conditions);
    }
    let mut cel = json!({
        "variables": parts::named(&program.variables),
        "expressions": parts::validations(&program),
    });
    if !program.audit_annotations.is_empty() {
        cel["auditAnnotations"] = parts::audit_annotations(&program);
    }
    rule["validate"] = json!({"failureAction": policy.mode.failure_action(), "cel": cel});
    let spec: Value = json!({
        "background": policy.break_glass.is_empty() && program.conditions.is_empty(),
        "webhookConfiguration": {"failurePolicy": "Fail"},
        "rules": [rule],
    });
    let why = parts::why(policy);
    let mut made =
        Manifest::new(Kind::CLUSTER_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    let mut annotations = parts::kyverno_annotations(policy);
    annotations.push(("pod-policies.kyverno.io/autogen-controllers", "none".to_owned()));
    parts::annotate(&mut made.object, policy, &annotations);
    Ok(vec![made])
}

pub(super) fn matches(policy: &Policy) -> Value {
    let items = policy.intent.target.resources().iter().map(|it| {
        let kinds: Vec<_> = it
            .names
            .iter()
            // A Pod stands for its ephemeral containers, too.
            .filter(|(name, _)| !name.contains('/'))
            .map(|(_, kind)| match it.group {
                "" => format!("{}/{kind}", it.version),
                group => format!("{group}/{}/{kind}", it.version),
            })
            .collect();
        json!({"resources": {"kinds": kinds, "operations": it.operations}})
    });
    items.collect()
}
