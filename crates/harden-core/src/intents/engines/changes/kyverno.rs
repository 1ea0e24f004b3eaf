//! Kyverno's policies of expressions: MutatingPolicy.

use serde_json::json;

use super::{expressions, why};
use crate::Manifest;
use crate::intents::change::Change;
use crate::intents::engines::parts;
use crate::intents::policy::Policy;
use crate::kubernetes::Kind;

pub(super) fn write(policy: &Policy, change: &'static Change) -> Vec<Manifest> {
    let constraints = parts::fields([
        ("resourceRules", parts::resource_rules(policy.intent.target.resources())),
        ("namespaceSelector", parts::namespace_selector(&policy.exempt_namespaces()).into()),
    ]);
    let spec = json!({
        "failurePolicy": "Fail",
        // Templates stay as their repository has them.
        "autogen": {"podControllers": {"controllers": []}},
        "matchConstraints": constraints,
        "matchConditions": parts::named(&expressions::conditions(policy, change)),
        "reinvocationPolicy": "IfNeeded",
        "mutations": expressions::mutations(policy, change),
    });
    let why = why(policy, change, &[]);
    let mut made =
        Manifest::new(Kind::MUTATING_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    parts::annotate(&mut made.object, policy, &parts::kyverno_annotations(policy));
    vec![made]
}
