//! Kyverno's policies of expressions: ValidatingPolicy.

use serde_json::{Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::program::{Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Result<Vec<Manifest>, Unsaid> {
    let program = Program::new(policy, Passing::Literal);
    let mut constraints: Value =
        json!({"resourceRules": parts::resource_rules(policy.intent.target.resources())});
    if let Some(selector) = parts::namespace_selector(&policy.exempt_namespaces()) {
        constraints["namespaceSelector"] = selector;
    }
    let mut spec = json!({
        "validationActions": policy.mode.kyverno_actions(),
        "failurePolicy": "Fail",
        // What makes pods is matched by name below: Kyverno makes rules for controllers only of policies that match
        // pods alone, so that ephemeral containers would be left out.
        "autogen": {"podControllers": {"controllers": []}},
        "evaluation": {"background": {"enabled": true}},
        "matchConstraints": constraints,
    });
    if !program.conditions.is_empty() {
        spec["matchConditions"] = parts::named(&program.conditions);
    }
    spec["variables"] = parts::named(&program.variables);
    spec["validations"] = parts::validations(&program);
    if !program.audit_annotations.is_empty() {
        spec["auditAnnotations"] = parts::audit_annotations(&program);
    }
    let why = parts::why(policy);
    let mut made =
        Manifest::new(Kind::VALIDATING_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    parts::annotate(&mut made.object, policy, &parts::kyverno_annotations(policy));
    Ok(vec![made])
}
