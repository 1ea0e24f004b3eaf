//! What is converted, and what is left out and named.

use serde_json::{Value, json};

use super::to_kyverno;

fn policy(rules: &Value) -> Value {
    json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p", "labels": {"a": "b"}, "annotations": {
            "policies.kyverno.io/title": "T",
            "pod-policies.kyverno.io/autogen-controllers": "none",
        }},
        "spec": {"validationFailureAction": "Enforce", "rules": rules},
    })
}

fn rule(validate: &Value) -> Value {
    json!({"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": validate})
}

#[test]
fn names_labels_and_annotations_are_kept() {
    let converted = to_kyverno(policy(&json!([rule(
        &json!({"message": "m", "pattern": {"spec": {"hostNetwork": false}}})
    )])));
    assert!(converted.lost.is_empty(), "{:?}", converted.lost);
    let object = &converted.manifests[0].object;
    assert_eq!(
        object["metadata"],
        json!({"name": "p", "labels": {"a": "b"}, "annotations": {"policies.kyverno.io/title": "T"}})
    );
    assert_eq!(object["kind"], "ValidatingPolicy");
    assert_eq!(object["spec"]["validationActions"], json!(["Deny"]));
    assert_eq!(object["spec"]["validations"][0]["message"], "m");
}

#[test]
fn what_cannot_be_said_is_left_out_as_a_whole_and_named() {
    let good = rule(&json!({"pattern": {"spec": {"hostNetwork": false}}}));
    for (key, value) in [
        ("context", json!([{"name": "a", "variable": {"value": 1}}])),
        (
            "preconditions",
            json!({"all": [{"key": "{{ request.object.a }}", "operator": "Equals", "value": 1}]}),
        ),
        ("exclude", json!({"any": [{"subjects": [{"kind": "User", "name": "a"}]}]})),
        ("mutate", json!({"patchStrategicMerge": {}})),
        ("verifyImages", json!([{"imageReferences": ["*"]}])),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        let converted = to_kyverno(policy(&json!([bad, good])));
        let lost: Vec<&str> = converted.lost.iter().map(|it| it.at.as_str()).collect();
        assert_eq!(lost.len(), usize::from(key != "mutate" || !lost.is_empty()), "{key}: {lost:?}");
        assert!(
            lost.iter().all(|it| it.starts_with(&format!("/spec/rules/0/{key}"))),
            "{key}: {lost:?}"
        );
        assert_eq!(converted.manifests.len(), 1, "{key}");
        let validations = converted.manifests[0].object["spec"]["validations"].as_array().unwrap();
        assert_eq!(validations.len(), 1, "{key}");
    }
    let nothing =
        to_kyverno(policy(&json!([rule(&json!({"podSecurity": {"level": "baseline"}}))])));
    assert!(nothing.manifests.is_empty());
    assert_eq!(nothing.lost[0].at, "/spec/rules/0/validate/podSecurity");
}

#[test]
fn what_existence_refused_before_an_update_is_left_out_where_kyverno_may_have_had_an_error() {
    let alone = json!({"spec": {"^(containers)": [{"name": "a"}]}});
    let beside = json!({"spec": {"^(containers)": [{"name": "a"}], "hostNetwork": false}});
    let within = json!({"spec": {"^(containers)": [{"(name)": "a", "image": "b"}]}});
    let (lost, allowed) = (true, "variables.wasRefused");
    for (pattern, rest, is_lost) in [
        (&alone, json!({}), !lost),
        (&beside, json!({}), lost),
        (&within, json!({}), lost),
        (&beside, json!({"allowExistingViolations": true}), lost),
        (&beside, json!({"allowExistingViolations": null}), lost),
        (&beside, json!({"allowExistingViolations": false}), !lost),
        (&beside, json!({"failureAction": "Audit"}), !lost),
    ] {
        let mut validate = rest.clone();
        validate["pattern"] = pattern.clone();
        let converted = to_kyverno(policy(&json!([rule(&validate)])));
        let at: Vec<&str> = converted.lost.iter().map(|it| it.at.as_str()).collect();
        let expected: &[&str] = if is_lost { &["/spec/rules/0/validate"] } else { &[] };
        assert_eq!(at, expected, "{pattern} {rest}");
        assert_eq!(converted.manifests.is_empty(), is_lost, "{pattern} {rest}");
        let Some(made) = converted.manifests.first() else { continue };
        let allows_what_was_there = made.object.to_string().contains(allowed);
        assert_eq!(allows_what_was_there, rest == json!({}), "{pattern} {rest}");
    }
    let mut created = rule(&json!({"pattern": beside}));
    created["match"]["any"][0]["resources"]["operations"] = json!(["CREATE"]);
    assert!(to_kyverno(policy(&json!([created]))).lost.is_empty());
}

#[test]
fn fields_of_the_wrong_type_make_no_policy_that_says_less() {
    let good = policy(&json!([rule(&json!({"pattern": {"spec": {"a": 1}}}))]));
    for at in [
        "/spec",
        "/spec/rules",
        "/spec/rules/0",
        "/spec/rules/0/validate",
        "/spec/rules/0/validate/pattern",
        "/metadata",
    ] {
        for value in [json!(null), json!(1), json!("x"), json!([]), json!({})] {
            let mut bad = good.clone();
            *bad.pointer_mut(at).unwrap() = value;
            // It must end; what is made of it is judged by the engines.
            let _ = to_kyverno(bad);
        }
    }
}
