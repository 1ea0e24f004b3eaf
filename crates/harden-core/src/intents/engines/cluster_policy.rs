//! Kyverno's older kind, ClusterPolicy, with the same expressions.

use serde_json::{Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::Policy;
use crate::intents::program::{Passing, Program};

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
    let is_in_background = policy.break_glass.is_empty() && program.conditions.is_empty();
    vec![parts::cluster_policy(policy, &parts::why(policy), &rule, is_in_background)]
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
