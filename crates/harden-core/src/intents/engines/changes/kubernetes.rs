//! The API server's own policies: MutatingAdmissionPolicy, and the binding without which it does nothing.

use serde_json::json;

use super::{expressions, why};
use crate::Manifest;
use crate::intents::change::Change;
use crate::intents::engines::parts;
use crate::intents::policy::{Policy, Unsaid};
use crate::kubernetes::{Kind, MinorVersion};

/// The first version that serves `admissionregistration.k8s.io/v1` MutatingAdmissionPolicy.
const SINCE: MinorVersion = MinorVersion(36);

/// The first version that can be made to serve v1beta1.
const BETA: MinorVersion = MinorVersion(34);

const OFF: &str = "Kubernetes below 1.36 serves it only with --feature-gates=MutatingAdmissionPolicy=true and \
                   --runtime-config=admissionregistration.k8s.io/v1beta1=true.";

pub(super) fn write(policy: &Policy, change: &'static Change) -> Result<Vec<Manifest>, Unsaid> {
    let version = policy.version;
    if version < BETA {
        return Err(Unsaid(format!(
            "Kubernetes {version} cannot change objects by itself, which came with {SINCE}: use kyverno or gatekeeper"
        )));
    }
    let is_beta = version < SINCE;
    let kind = |kind: Kind| if is_beta { Kind { version: "v1beta1", ..kind } } else { kind };
    let notes: &[&str] = if is_beta { &[OFF] } else { &[] };
    let rules = parts::resource_rules(policy.intent.target.resources());
    let spec = parts::fields([
        ("failurePolicy", "Fail".into()),
        ("matchConstraints", json!({"resourceRules": rules})),
        ("matchConditions", parts::named(&expressions::conditions(policy, change))),
        // Containers that others add later are changed, too.
        ("reinvocationPolicy", "IfNeeded".into()),
        ("mutations", expressions::mutations(policy, change)),
    ]);
    let name = policy.name();
    let why = why(policy, change, notes);
    let body = json!({"spec": spec});
    let mut definition =
        Manifest::new(kind(Kind::MUTATING_ADMISSION_POLICY), None, &name, &why, body);
    parts::annotate(&mut definition.object, policy, &[]);
    let selector = parts::namespace_selector(&policy.exempt_namespaces());
    let spec = parts::fields([
        ("policyName", name.as_str().into()),
        ("matchResources", selector.map(|it| json!({"namespaceSelector": it})).into()),
    ]);
    let why = format!("Puts {name} to work.");
    let binding = kind(Kind::MUTATING_ADMISSION_POLICY_BINDING);
    Ok(vec![definition, Manifest::new(binding, None, &name, &why, json!({"spec": spec}))])
}
