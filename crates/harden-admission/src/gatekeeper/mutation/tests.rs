//! Mutators, on small objects.

use serde_json::{Value, json};

use super::*;

fn mutator(kind: &str, name: &str, spec: Value) -> Object {
    let mut spec = spec;
    if kind != "AssignMetadata" {
        spec["applyTo"] = json!([{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]);
    }
    Object::new(json!({
        "apiVersion": "mutations.gatekeeper.sh/v1", "kind": kind, "metadata": {"name": name}, "spec": spec,
    }))
}

fn pod(spec: &Value) -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}, "spec": spec,
    }))
}

fn outcome(mutators: &[Object], object: &Object) -> Outcome {
    let (mutators, refused) = Mutators::read(mutators);
    assert!(refused.is_empty(), "{refused:?}");
    let namespace = Namespace::None;
    mutators.apply(&Subject {
        object,
        namespace,
        operation: Some(Operation::Create),
        source: Source::Original,
    })
}

/// The spec after the mutators.
fn spec(mutators: &[Object], before: &Value) -> Value {
    let before = pod(before);
    let outcome = outcome(mutators, &before);
    assert_eq!(outcome.failure, None);
    outcome.object.unwrap_or(before).at("/spec").unwrap().clone()
}

#[test]
fn every_element_that_a_location_names_is_changed_and_what_is_missing_is_made() {
    let it = mutator(
        "Assign",
        "a",
        json!({
            "location": "spec.containers[name: *].securityContext.privileged",
            "parameters": {"assign": {"value": false}},
        }),
    );
    let before = json!({"containers": [{"name": "a"}, {"name": "b", "securityContext": {"x": 1}}]});
    let after = json!({"containers": [
        {"name": "a", "securityContext": {"privileged": false}},
        {"name": "b", "securityContext": {"x": 1, "privileged": false}},
    ]});
    assert_eq!(spec(&[it], &before), after);

    let it = mutator(
        "Assign",
        "a",
        json!({
            "location": "spec.containers[name: x].image",
            "parameters": {"assign": {"value": "i"}},
        }),
    );
    assert_eq!(spec(&[it], &json!({})), json!({"containers": [{"name": "x", "image": "i"}]}));
}

#[test]
fn an_element_is_replaced_or_added_whole() {
    let it = mutator(
        "Assign",
        "a",
        json!({
            "location": "spec.containers[name: x]",
            "parameters": {"assign": {"value": {"name": "x", "image": "i"}}},
        }),
    );
    let before = json!({"containers": [{"name": "x", "image": "old", "tty": true}, {"name": "y"}]});
    let after = json!({"containers": [{"name": "x", "image": "i"}, {"name": "y"}]});
    assert_eq!(spec(std::slice::from_ref(&it), &before), after);
    let after = json!({"containers": [{"name": "y"}, {"name": "x", "image": "i"}]});
    assert_eq!(spec(&[it], &json!({"containers": [{"name": "y"}]})), after);
}

#[test]
fn conditions_of_paths_leave_objects_as_they_are() {
    let of = |condition: &str| {
        mutator(
            "Assign",
            "a",
            json!({
                "location": "spec.securityContext.fsGroup",
                "parameters": {
                    "pathTests": [{"subPath": "spec.securityContext", "condition": condition}],
                    "assign": {"value": 1},
                },
            }),
        )
    };
    let set = json!({"securityContext": {"fsGroup": 1}});
    assert_eq!(spec(&[of("MustExist")], &json!({})), json!({}));
    assert_eq!(spec(&[of("MustExist")], &json!({"securityContext": {}})), set);
    assert_eq!(spec(&[of("MustNotExist")], &json!({})), set);
    let outcome = outcome(&[of("MustExist")], &pod(&json!({})));
    assert_eq!(outcome.answers[0].verdict, Verdict::Skip);
    assert_eq!(outcome.answers[0].message, "spec.parameters.pathTests leaves the object out");
}

#[test]
fn labels_that_are_there_stay() {
    let it = mutator(
        "AssignMetadata",
        "a",
        json!({
            "location": "metadata.labels.owner",
            "parameters": {"assign": {"fromMetadata": {"field": "namespace"}}},
        }),
    );
    let outcome_of = |object: &Object| {
        let outcome = outcome(std::slice::from_ref(&it), object);
        outcome.object.map(|it| it.at("/metadata/labels").unwrap().clone())
    };
    assert_eq!(outcome_of(&pod(&json!({}))), Some(json!({"owner": "n"})));
    let mut labelled = pod(&json!({})).json().clone();
    labelled["metadata"]["labels"] = json!({"owner": "x"});
    assert_eq!(outcome_of(&Object::new(labelled)), None);
}

#[test]
fn sets_are_merged_and_pruned() {
    let of = |operation: &str| {
        mutator(
            "ModifySet",
            "a",
            json!({
                "location": "spec.containers[name: *].args",
                "parameters": {"operation": operation, "values": {"fromList": ["a", "b"]}},
            }),
        )
    };
    let with = |args: Value| json!({"containers": [{"name": "c", "args": args}]});
    assert_eq!(spec(&[of("merge")], &with(json!(["b", "c"]))), with(json!(["b", "c", "a"])));
    assert_eq!(spec(&[of("prune")], &with(json!(["b", "c"]))), with(json!(["c"])));
}

#[test]
fn parts_of_images_are_set_once() {
    let it = mutator(
        "AssignImage",
        "a",
        json!({
            "location": "spec.containers[name: *].image",
            "parameters": {"assignDomain": "r.example"},
        }),
    );
    let with = |image: &str| json!({"containers": [{"name": "c", "image": image}]});
    assert_eq!(spec(&[it], &with("nginx:1")), with("r.example/nginx:1"));
}

#[test]
fn mutators_are_applied_until_nothing_changes() {
    let of = |name: &str, location: &str, test: &str| {
        mutator(
            "Assign",
            name,
            json!({
                "location": location,
                "parameters": {
                    "pathTests": [{"subPath": test, "condition": "MustExist"}],
                    "assign": {"value": 1},
                },
            }),
        )
    };
    // What the first one needs is made by those that come after it.
    let all = [
        of("a", "spec.two.three.four", "spec.two.three"),
        of("b", "spec.two.three.five", "spec.two"),
        of("c", "spec.two.six", "spec"),
    ];
    let after = json!({"two": {"six": 1, "three": {"five": 1, "four": 1}}});
    assert_eq!(spec(&all, &json!({})), after);
}

#[test]
fn an_object_that_is_otherwise_than_a_location_says_is_an_error() {
    let it = mutator(
        "Assign",
        "a",
        json!({
            "location": "spec.containers[name: *].image",
            "parameters": {"assign": {"value": "x"}},
        }),
    );
    let outcome = outcome(&[it], &pod(&json!({"containers": {}})));
    assert!(outcome.object.is_none());
    let last = outcome.answers.last().unwrap();
    assert_eq!((last.verdict, last.action), (Verdict::Error, Action::Deny));
    assert!(last.message.contains("mismatch between path entry (type: List)"), "{}", last.message);
}

#[test]
fn external_values_are_not_judged() {
    let it = mutator(
        "Assign",
        "a",
        json!({
            "location": "spec.x",
            "parameters": {"assign": {"externalData": {"provider": "p"}}},
        }),
    );
    let outcome = outcome(&[it], &pod(&json!({})));
    assert_eq!(outcome.answers.last().unwrap().verdict, Verdict::NotJudged);
}

#[test]
fn mutators_that_take_a_place_for_different_things_are_not_applied() {
    let list = mutator(
        "Assign",
        "list",
        json!({
            "location": "spec.a[name: x].b", "parameters": {"assign": {"value": 1}},
        }),
    );
    let field = mutator(
        "Assign",
        "field",
        json!({
            "location": "spec.a.b", "parameters": {"assign": {"value": 1}},
        }),
    );
    let (mutators, refused) = Mutators::read(&[list, field]);
    let names: Vec<&str> = refused.iter().map(|(it, _)| it.name()).collect();
    assert_eq!(names, ["field", "list"]);
    assert_eq!(mutators.conflicting, [0, 1]);
}

#[test]
fn mutators_that_gatekeeper_refuses_are_told() {
    let cases = [
        (
            "Assign",
            json!({"location": "metadata.labels.x", "parameters": {"assign": {"value": 1}}}),
        ),
        ("Assign", json!({"location": "spec.a[b: c].b", "parameters": {"assign": {"value": 1}}})),
        (
            "Assign",
            json!({"location": "spec.a[b: *]", "parameters": {"assign": {"value": {"b": 1}}}}),
        ),
        ("Assign", json!({"location": "spec.a", "parameters": {}})),
        ("Assign", json!({"location": "spec.a.", "parameters": {"assign": {"value": 1}}})),
        ("AssignMetadata", json!({"location": "spec.a", "parameters": {"assign": {"value": "1"}}})),
        (
            "AssignMetadata",
            json!({"location": "metadata.labels.a", "parameters": {"assign": {"value": 1}}}),
        ),
        ("ModifySet", json!({"location": "spec.a[b: c]", "parameters": {}})),
        ("ModifySet", json!({"location": "spec.a", "parameters": {"operation": "x"}})),
        ("AssignImage", json!({"location": "spec.a", "parameters": {}})),
        (
            "Assign",
            json!({"location": "spec.a", "parameters": {
                "assign": {"value": 1}, "pathTests": [{"subPath": "spec.b", "condition": "MustExist"}],
            }}),
        ),
    ];
    for (kind, spec) in cases {
        let (_, refused) = Mutators::read(&[mutator(kind, "m", spec.clone())]);
        assert_eq!(refused.len(), 1, "{kind} {spec}");
        assert_eq!(refused[0].1.verdict, Verdict::Error);
    }
}
