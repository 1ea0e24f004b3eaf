//! What policies make of objects.

use serde_json::{Value, json};

use super::super::Policies;
use super::{cluster, create, object, pod};
use crate::{Mutated, Object, Verdict};

fn policy(name: &str, reinvocation: &str, mutations: &Value) -> [Object; 2] {
    let spec = json!({
        "matchConstraints": {"resourceRules": [
            {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]},
        ]},
        "reinvocationPolicy": reinvocation,
        "mutations": mutations,
    });
    [
        object("MutatingAdmissionPolicy", name, &spec),
        object("MutatingAdmissionPolicyBinding", name, &json!({"policyName": name})),
    ]
}

fn apply(expression: &str) -> Value {
    json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}})
}

fn patch(expression: &str) -> Value {
    json!({"patchType": "JSONPatch", "jsonPatch": {"expression": expression}})
}

fn mutate(objects: &[Object]) -> Mutated {
    let cluster = cluster();
    let policies = Policies::read(objects, &cluster);
    assert_eq!(policies.refused(), []);
    policies.mutate(&create(pod(), &cluster))
}

/// What is at a pointer of the pod after a policy of one mutation.
fn after(mutation: &Value, pointer: &str) -> Option<Value> {
    let mutated = mutate(&policy("policy", "Never", &json!([mutation])));
    mutated.object.and_then(|it| it.at(pointer).cloned())
}

#[test]
fn configurations_are_merged_by_the_keys_of_lists() {
    let containers = after(
        &apply(
            "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', image: 'x'}, \
             Object.spec.containers{name: 'd', image: 'y'}]}}",
        ),
        "/spec/containers",
    );
    let merged = json!([{"name": "c", "image": "x"}, {"name": "d", "image": "y"}]);
    assert_eq!(containers, Some(merged));
}

#[test]
fn patches_are_applied_unless_a_test_of_them_fails() {
    let add = "JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b'), value: object.metadata.name}";
    assert_eq!(after(&patch(&format!("[{add}]")), "/metadata/labels/a~1b"), Some(json!("web")));
    let test = "JSONPatch{op: 'test', path: '/metadata/name', value: 'db'}";
    assert_eq!(after(&patch(&format!("[{test}, {add}]")), ""), None);
}

#[test]
fn what_cannot_be_merged_refuses_in_the_words_of_the_server() {
    let tolerations = "Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'a'}]}}";
    let mutated = mutate(&policy("policy", "Never", &json!([apply(tolerations)])));
    assert_eq!(mutated.answers[0].verdict, Verdict::Error);
    assert_eq!(
        mutated.answers[0].message,
        "policy 'policy' with binding 'policy' denied request: error applying patch: invalid \
         ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.tolerations"
    );
    let unknown = "[JSONPatch{op: 'add', path: '/spec/nope', value: 1}]";
    let mutated = mutate(&policy("policy", "Never", &json!([patch(unknown)])));
    assert!(mutated.answers[0].message.ends_with("unknown field \"spec.nope\""), "{mutated:?}");
}

#[test]
fn a_policy_that_wants_to_know_is_asked_again() {
    let count = "Object{metadata: Object.metadata{annotations: {'seen': has(object.metadata.labels.late) ? 'late' : 'early'}}}";
    let late = "Object{metadata: Object.metadata{labels: {'late': 'x'}}}";
    let seen = |reinvocation: &str| {
        let first = policy("first", reinvocation, &json!([apply(count)]));
        let second = policy("second", "Never", &json!([apply(late)]));
        let mutated = mutate(&[first, second].concat());
        mutated.object.unwrap().at("/metadata/annotations/seen").cloned()
    };
    assert_eq!(seen("Never"), Some(json!("early")));
    assert_eq!(seen("IfNeeded"), Some(json!("late")));
}

#[test]
fn a_mutation_that_the_server_does_not_store_is_refused() {
    let refused = |mutation: &Value, reinvocation: &str| {
        let objects = policy("policy", reinvocation, &json!([mutation]));
        let policies = Policies::read(&objects, &cluster());
        policies.refused().iter().map(|it| it.message.clone()).collect::<String>()
    };
    let wrong = refused(&apply("Object.spec{}"), "Never");
    assert!(wrong.ends_with("must evaluate to Object but got Object.spec"), "{wrong}");
    let wrong = refused(&patch("[JSONPatch{op: 1}]"), "Never");
    assert!(
        wrong.contains("expected type of field 'op' is 'string' but provided type is 'int'"),
        "{wrong}"
    );
    assert!(refused(&apply("Object{}"), "Always").contains("Unsupported value: \"Always\""));
    assert!(
        refused(&json!({"patchType": "JSONPatch"}), "Never").contains("must be specified when")
    );
    // Conditions and variables build nothing.
    let spec = json!({"variables": [{"name": "x", "expression": "Object{}"}], "validations": [{"expression": "true"}]});
    let validating = Policies::read(&[super::policy(spec)], &cluster());
    assert_eq!(validating.refused().len(), 1);
}
