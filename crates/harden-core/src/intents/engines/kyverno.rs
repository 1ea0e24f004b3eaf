//! Kyverno's policies of expressions: ValidatingPolicy.

use serde_json::json;

use super::parts;
use crate::Manifest;
use crate::intents::demand::Demand;
use crate::intents::policy::Policy;
use crate::intents::program::{Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Vec<Manifest> {
    let program = Program::new(policy, Passing::Literal);
    let constraints = parts::fields([
        ("resourceRules", parts::resource_rules(policy.intent.target.resources())),
        ("namespaceSelector", parts::namespace_selector(&policy.exempt_namespaces()).into()),
    ]);
    // There are no requests in the background, but the objects that they made.
    let background = !matches!(policy.intent.demand, Demand::Never(_));
    let spec = parts::fields([
        ("validationActions", json!(policy.mode.kyverno_actions())),
        ("failurePolicy", "Fail".into()),
        // What makes pods is matched by name below: Kyverno makes rules for controllers only of policies that match
        // pods alone, so that ephemeral containers would be left out.
        ("autogen", json!({"podControllers": {"controllers": []}})),
        ("evaluation", json!({"background": {"enabled": background}})),
        ("matchConstraints", constraints),
        ("matchConditions", parts::named(&program.conditions)),
        ("variables", parts::named(&program.variables)),
        ("validations", parts::validations(&program)),
        ("auditAnnotations", parts::audit_annotations(&program)),
    ]);
    let why = parts::why(policy);
    let mut made =
        Manifest::new(Kind::VALIDATING_POLICY, None, &policy.name(), &why, json!({"spec": spec}));
    parts::annotate(&mut made.object, policy, &parts::kyverno_annotations(policy));
    vec![made]
}
