//! Gatekeeper's template, and the constraint that puts it to work.

use serde_json::{Map, Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::{Policy, Unsaid};
use crate::intents::program::{Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Result<Vec<Manifest>, Unsaid> {
    let program = Program::new(policy, Passing::Constraint);
    let kind = policy.intent.constraint.kind;
    let mut source = json!({"failurePolicy": "Fail"});
    if !program.conditions.is_empty() {
        source["matchConditions"] = parts::named(&program.conditions);
    }
    source["variables"] = parts::named(&program.variables);
    source["validations"] = parts::validations(&program);
    let mut names = json!({"spec": {"names": {"kind": kind}}});
    names["spec"]["validation"] = json!({"openAPIV3Schema": schema(policy)});
    let spec = json!({
        "crd": names,
        "targets": [{
            "target": "admission.k8s.gatekeeper.sh",
            "code": [{"engine": "K8sNativeValidation", "source": source}],
        }],
    });
    let name = policy.intent.constraint.plural;
    let why = parts::why(policy);
    let template =
        Manifest::new(Kind::CONSTRAINT_TEMPLATE, None, name, &why, json!({"spec": spec}));
    Ok(vec![template, constraint(policy)])
}

pub(super) fn constraint(policy: &Policy) -> Manifest {
    let mut matched = json!({"kinds": kinds(policy)});
    let namespaces = policy.exempt_namespaces();
    if !namespaces.is_empty() {
        matched["excludedNamespaces"] = json!(namespaces);
    }
    let mut spec = json!({
        "enforcementAction": policy.mode.enforcement_action(),
        "match": matched,
    });
    if !policy.intent.parameters.is_empty() {
        let values = policy.intent.parameters.iter();
        let values: Map<String, Value> = values
            .map(|it| (it.variable.to_owned(), it.shape.json(policy.values.of(it))))
            .collect();
        spec["parameters"] = values.into();
    }
    let kind = policy.intent.constraint;
    let why = format!("Puts {} to work: mode {}.", kind.plural, policy.mode.name());
    let mut made = Manifest::new(kind, None, &policy.name(), &why, json!({"spec": spec}));
    parts::annotate(&mut made.object, policy, &[]);
    made
}

fn kinds(policy: &Policy) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for resources in policy.intent.target.resources() {
        let mut kinds: Vec<_> = resources.names.iter().map(|(_, kind)| *kind).collect();
        kinds.dedup();
        items.push(json!({"apiGroups": [resources.group], "kinds": kinds}));
    }
    items.into()
}

fn schema(policy: &Policy) -> Value {
    let parameters = policy.intent.parameters.iter();
    let properties: Map<String, Value> =
        parameters.map(|it| (it.variable.to_owned(), it.shape.schema())).collect();
    if properties.is_empty() {
        json!({"type": "object"})
    } else {
        json!({"type": "object", "properties": properties})
    }
}
