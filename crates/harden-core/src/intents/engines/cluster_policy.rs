//! Kyverno's older kind, ClusterPolicy, with the same expressions.

use serde_json::{Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::Policy;
use crate::intents::program::{Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Vec<Manifest> {
    let program = Program::new(policy, Passing::Literal);
    let cel = parts::fields([
        ("variables", parts::named(&program.variables)),
        ("expressions", parts::validations(&program)),
        ("auditAnnotations", parts::audit_annotations(&program)),
    ]);
    let namespaces = policy.exempt_namespaces();
    let exclude = (!namespaces.is_empty())
        .then(|| json!({"any": [{"resources": {"namespaces": namespaces}}]}));
    let rule = parts::fields([
        ("name", policy.intent.id.into()),
        ("match", json!({"any": matches(policy)})),
        ("exclude", exclude.into()),
        ("celPreconditions", parts::named(&program.conditions)),
        ("validate", json!({"failureAction": policy.mode.failure_action(), "cel": cel})),
    ]);
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
    vec![made]
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
