//! Rules of Kyverno that mutate, on small objects.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use crate::kyverno::policy::Policies;
use crate::{Cluster, Mutated, Object, Operation, Request, Stated, User};

/// What a rule makes of an object.
fn mutate(rule: &Value, object: &Value, cluster: &Cluster) -> Mutated {
    let mut rule = rule.clone();
    rule["name"] = "r".into();
    rule["match"] = json!({"any": [{"resources": {"kinds": [object["kind"]]}}]});
    let policy = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"rules": [rule]},
    });
    let request = Request {
        operation: Operation::Create,
        object: Some(Object::new(object.clone())),
        old: None,
        subresource: String::new(),
        user: User::default(),
        is_dry_run: false,
        cluster,
    };
    Policies::read(&[Object::new(policy)], cluster).mutate(&request)
}

fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec})
}

/// The verdict of the only answer, and what the pod's `spec` becomes.
fn spec(mutation: &Value, spec: &Value) -> (&'static str, Option<Value>) {
    let cluster = Cluster::new(MinorVersion(36));
    let mutated = mutate(&json!({"mutate": mutation}), &pod(spec), &cluster);
    let [answer] = mutated.answers.as_slice() else { panic!("{:?}", mutated.answers) };
    (answer.verdict.word(), mutated.object.map(|it| it.json()["spec"].clone()))
}

#[test]
fn a_patch_that_changes_nothing_is_skipped() {
    let mutation = json!({"patchStrategicMerge": {"spec": {"hostPID": false}}});
    assert_eq!(spec(&mutation, &json!({"hostPID": false})), ("skip", None));
    let changed = Some(json!({"hostPID": false}));
    assert_eq!(spec(&mutation, &json!({"hostPID": true})), ("pass", changed));
}

#[test]
fn what_a_variable_does_not_stand_for_is_an_error() {
    let mutation = json!({"patchStrategicMerge": {"spec": {"a": "{{ request.object.spec.b }}"}}});
    assert_eq!(spec(&mutation, &json!({})), ("error", None));
    let changed = Some(json!({"a": "c", "b": "c"}));
    assert_eq!(spec(&mutation, &json!({"b": "c"})), ("pass", changed));
}

#[test]
fn of_a_policy_with_an_error_nothing_is_applied() {
    let rule = |name: &str, node: &str| {
        json!({
            "name": name, "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "mutate": {"patchStrategicMerge": {"spec": {"nodeName": node}}},
        })
    };
    let policy = |name: &str, rules: Value| {
        Object::new(json!({
            "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": name},
            "spec": {"rules": rules},
        }))
    };
    let cluster = Cluster::new(MinorVersion(36));
    let missing = "{{ request.object.spec.none }}";
    let policies = [
        policy("a", json!([rule("r", "a")])),
        policy("b", json!([rule("r", "b"), rule("s", missing), rule("t", "c")])),
    ];
    let request = Request {
        operation: Operation::Create,
        object: Some(Object::new(pod(&json!({})))),
        old: None,
        subresource: String::new(),
        user: User::default(),
        is_dry_run: false,
        cluster: &cluster,
    };
    let mutated = Policies::read(&policies, &cluster).mutate(&request);
    let verdicts: Vec<_> = mutated.answers.iter().map(|it| it.verdict.word()).collect();
    assert_eq!(verdicts, ["pass", "pass", "error"]);
    assert_eq!(mutated.object.unwrap().json()["spec"], json!({"nodeName": "a"}));
}

#[test]
fn whole_numbers_of_expressions_are_whole_in_a_patch() {
    let mutation =
        json!({"patchStrategicMerge": {"spec": {"n": "{{ length(request.object.spec.a) }}"}}});
    let changed = Some(json!({"a": [0, 0], "n": 2}));
    assert_eq!(spec(&mutation, &json!({"a": [0, 0]})), ("pass", changed));
}

#[test]
fn loops_go_from_the_last_element_where_they_say_so() {
    let each = |order| {
        json!({"foreach": [{
            "list": "request.object.spec.items", "order": order,
            "preconditions": {"all": [{"key": "{{element}}", "operator": "NotEquals", "value": "b"}]},
            "patchesJson6902": "- {op: add, path: /spec/seen/-, value: '{{element}}{{elementIndex}}'}",
        }]})
    };
    let before = json!({"items": ["a", "b", "c"]});
    let after = |seen| Some(json!({"items": ["a", "b", "c"], "seen": seen}));
    assert_eq!(spec(&each("Ascending"), &before), ("pass", after(json!(["a0", "c2"]))));
    assert_eq!(spec(&each("Descending"), &before), ("pass", after(json!(["c2", "a0"]))));
}

#[test]
fn loops_in_loops_know_the_elements_around_them() {
    let mutation = json!({"foreach": [{
        "list": "request.object.spec.items",
        "foreach": [{
            "list": "element.parts", "order": "Descending",
            "patchesJson6902": "[{\"op\": \"remove\", \"path\": \"/spec/items/{{elementIndex0}}/parts/{{elementIndex1}}\"}]",
        }],
    }]});
    let before = json!({"items": [{"parts": [1, 2]}, {"parts": [3]}]});
    let after = json!({"items": [{"parts": []}, {"parts": []}]});
    assert_eq!(spec(&mutation, &before), ("pass", Some(after)));
}

#[test]
fn targets_change_in_the_place_of_the_object() {
    let rule = json!({"mutate": {
        "targets": [{"apiVersion": "v1", "kind": "Secret", "namespace": "n", "name": "s*"}],
        "patchStrategicMerge": {"metadata": {"labels": {
            "of": "{{ request.object.metadata.name }}", "was": "{{ target.metadata.name }}",
        }}},
    }});
    let mut cluster = Cluster::new(MinorVersion(36));
    cluster.is_whole = true;
    for name in ["s1", "t"] {
        cluster.add(Object::new(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "n"},
        })));
    }
    // At admission the rule says nothing: another controller changes its targets.
    let admitted = mutate(&rule, &pod(&json!({})), &cluster);
    assert!(admitted.answers.is_empty() && admitted.others.is_empty());
    cluster.stated = Some(Stated::default());
    let mutated = mutate(&rule, &pod(&json!({})), &cluster);
    assert!(mutated.object.is_none());
    let [changed] = mutated.others.as_slice() else { panic!("{:?}", mutated.others) };
    assert_eq!(changed.object.at("/metadata/labels"), Some(&json!({"of": "x", "was": "s1"})));
}

#[test]
fn a_loop_that_takes_too_long_is_not_judged() {
    let mutation = json!({"foreach": [{
        "list": "request.object.spec.containers",
        "patchStrategicMerge": {"spec": {"containers": [{"(name)": "*", "image": "x"}]}},
    }]});
    let containers: Vec<Value> = (0..6_000).map(|it| json!({"name": it.to_string()})).collect();
    assert_eq!(spec(&mutation, &json!({"containers": containers})), ("not-judged", None));
}
