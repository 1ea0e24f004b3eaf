//! The API server's own policies: ValidatingAdmissionPolicy, and the binding without which it does nothing.

use serde_json::json;

use super::parts;
use crate::Manifest;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::program::{Passing, Program};
use crate::kubernetes::{Kind, MinorVersion};

/// The first version that serves `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy.
const SINCE: MinorVersion = MinorVersion(30);

pub(in crate::intents) fn write(policy: &Policy) -> Result<Vec<Manifest>, Unsaid> {
    if policy.version < SINCE {
        let version = policy.version;
        return Err(Unsaid(format!(
            "Kubernetes {version} has no policies of its own, which came with {SINCE}: use kyverno or gatekeeper"
        )));
    }
    let program = Program::new(policy, Passing::Literal);
    let rules = parts::resource_rules(policy.intent.target.resources());
    let spec = parts::fields([
        // An expression that fails is a flaw of the policy or an object made to confuse it; nothing is called over the
        // network that could be away.
        ("failurePolicy", "Fail".into()),
        ("matchConstraints", json!({"resourceRules": rules})),
        ("matchConditions", parts::named(&program.conditions)),
        ("variables", parts::named(&program.variables)),
        ("validations", parts::validations(&program)),
        ("auditAnnotations", parts::audit_annotations(&program)),
    ]);
    let name = policy.name();
    let why = parts::why(policy);
    let mut definition =
        Manifest::new(Kind::VALIDATING_ADMISSION_POLICY, None, &name, &why, json!({"spec": spec}));
    parts::annotate(&mut definition.object, policy, &[]);
    Ok(vec![definition, binding(policy, &name)])
}

fn binding(policy: &Policy, name: &str) -> Manifest {
    let selector = parts::namespace_selector(&policy.exempt_namespaces());
    let spec = parts::fields([
        ("policyName", name.into()),
        ("validationActions", json!(policy.mode.validation_actions())),
        ("matchResources", selector.map(|it| json!({"namespaceSelector": it})).into()),
    ]);
    let why = format!("Puts {name} to work: mode {}.", policy.mode.name());
    let body = json!({"spec": spec});
    Manifest::new(Kind::VALIDATING_ADMISSION_POLICY_BINDING, None, name, &why, body)
}
