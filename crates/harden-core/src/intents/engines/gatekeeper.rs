//! Gatekeeper's template, and the constraint that puts it to work.

use serde_json::{Map, Value, json};

use super::parts;
use crate::Manifest;
use crate::intents::policy::Policy;
use crate::intents::program::{Named, Passing, Program};
use crate::kubernetes::Kind;

pub(in crate::intents) fn write(policy: &Policy) -> Vec<Manifest> {
    let mut program = Program::new(policy, Passing::Constraint);
    // A constraint names no operations, and Gatekeeper may be set to judge deletions, which bring no object.
    program
        .conditions
        .insert(0, Named::new("not-deleted", "request.?operation.orValue('') != 'DELETE'"));
    let kind = policy.intent.constraint.kind;
    let source = parts::fields([
        ("failurePolicy", "Fail".into()),
        // Gatekeeper's name for it is a singular; it drops fields that it does not know.
        ("matchCondition", parts::named(&program.conditions)),
        ("variables", parts::named(&program.variables)),
        ("validations", parts::validations(&program)),
    ]);
    let crd = json!({"names": {"kind": kind}, "validation": {"openAPIV3Schema": schema(policy)}});
    let spec = json!({
        "crd": {"spec": crd},
        "targets": [{
            "target": "admission.k8s.gatekeeper.sh",
            "code": [{"engine": "K8sNativeValidation", "source": source}],
        }],
    });
    let name = policy.intent.constraint.plural;
    let why = parts::why(policy);
    let template =
        Manifest::new(Kind::CONSTRAINT_TEMPLATE, None, name, &why, json!({"spec": spec}));
    vec![template, constraint(policy)]
}

pub(super) fn constraint(policy: &Policy) -> Manifest {
    let matched = parts::fields([
        ("kinds", kinds(policy)),
        ("excludedNamespaces", policy.exempt_namespaces().into()),
    ]);
    let values = policy.intent.parameters.iter();
    let values: Map<String, Value> =
        values.map(|it| (it.variable.to_owned(), it.shape.json(policy.values.of(it)))).collect();
    let spec = parts::fields([
        ("enforcementAction", policy.mode.enforcement_action().into()),
        ("match", matched),
        ("parameters", (!values.is_empty()).then_some(values).into()),
    ]);
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
