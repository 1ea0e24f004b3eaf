//! Policies of the API server as Gatekeeper's templates.

mod requests;

use harden_admission::conversion::{Converted, convert};
use harden_admission::{Action, Object};
use harden_core::intents::Engine;
use serde_json::{Value, json};

use super::engines::asked;
use super::objects;
use super::suites::actions;
use requests::{cluster, refused, requests};

/// A policy with its binding, which both are changed.
fn policy(change: impl Fn(&mut Value, &mut Value)) -> [Object; 2] {
    let mut policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "no-bad.names"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"],
            }]},
            "validations": [{"expression": "object.metadata.name != 'bad'"}],
        },
    });
    let mut binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "b"},
        "spec": {"policyName": "no-bad.names", "validationActions": ["Deny"]},
    });
    change(&mut policy, &mut binding);
    [policy, binding].map(Object::new)
}

fn to_gatekeeper(objects: &[Object]) -> Converted {
    convert(objects, Engine::Gatekeeper)
}

/// The template and the constraint of a policy of which nothing is lost.
fn whole(objects: &[Object]) -> [Value; 2] {
    let made = to_gatekeeper(objects);
    assert!(made.lost.is_empty(), "{:?}", made.lost);
    made.manifests.into_iter().map(|it| it.object).collect::<Vec<_>>().try_into().unwrap()
}

/// What is lost of a policy of which nothing is left.
fn nothing(objects: &[Object]) -> String {
    let made = to_gatekeeper(objects);
    assert!(made.manifests.is_empty(), "{:?}", made.manifests);
    assert!(!made.lost[0].is_part);
    format!("{} {}", made.lost[0].at, made.lost[0].why)
}

#[test]
fn a_template_and_its_constraint_are_named_after_the_policy() {
    let [template, constraint] = whole(&policy(|policy, _| {
        policy["metadata"]["labels"] = json!({"a": "b"});
    }));
    assert_eq!(template["metadata"], json!({"name": "nobadnames", "labels": {"a": "b"}}));
    assert_eq!(template["spec"]["crd"]["spec"]["names"]["kind"], "NoBadNames");
    assert_eq!(constraint["kind"], "NoBadNames");
    assert_eq!(constraint["metadata"], json!({"name": "no-bad.names", "labels": {"a": "b"}}));
    assert_eq!(
        constraint["spec"],
        json!({"enforcementAction": "deny", "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}})
    );
}

#[test]
fn conditions_variables_and_messages_are_kept() {
    let from = policy(|policy, _| {
        policy["spec"]["matchConditions"] = json!([
            {"name": "alice", "expression": "request.userInfo.username == 'alice'"},
        ]);
        policy["spec"]["variables"] = json!([
            {"name": "params", "expression": "'bad'"},
            {"name": "anyObject", "expression": "object.metadata"},
            {"name": "paramsOther", "expression": "variables.params + '!'"},
        ]);
        policy["spec"]["validations"] = json!([
            {"expression": "variables.anyObject.name != variables.params", "messageExpression": "'is ' + variables.paramsOther"},
            {"expression": "oldObject == null", "message": "stays"},
        ]);
    });
    let made = to_gatekeeper(&from);
    assert!(made.lost.is_empty(), "{:?}", made.lost);
    assert!(refused(&from, &made) > 0);
    let cluster = cluster();
    let judge = asked(&objects(&made), &cluster);
    let update = requests(&cluster).into_iter().find(|it| it.old.is_some()).unwrap();
    let said: Vec<String> = judge(&update).into_iter().map(|it| it.message).collect();
    assert!(said.iter().any(|it| it.ends_with("is bad!")), "{said:?}");
    assert!(said.iter().any(|it| it.ends_with("stays")), "{said:?}");
}

#[test]
fn actions_are_those_of_the_binding() {
    for (actions, expected, action) in [
        (json!(["Deny"]), "deny", Action::Deny),
        (json!(["Audit", "Deny"]), "deny", Action::Deny),
        (json!(["Audit", "Warn"]), "warn", Action::Warn),
        (json!(["Audit"]), "dryrun", Action::Audit),
    ] {
        let from = policy(|_, binding| binding["spec"]["validationActions"] = actions.clone());
        let made = to_gatekeeper(&from);
        assert_eq!(made.manifests[1].object["spec"]["enforcementAction"], expected);
        let cluster = cluster();
        let judge = asked(&objects(&made), &cluster);
        let said = judge(&requests(&cluster)[0]);
        assert_eq!(super::suites::actions(&said), [action]);
    }
}

#[test]
fn an_expression_that_fails_refuses_only_where_the_policy_says_so() {
    for (failure, count) in [(json!("Ignore"), false), (json!("Fail"), true), (Value::Null, true)] {
        let from = policy(|policy, _| {
            policy["spec"]["failurePolicy"] = failure.clone();
            policy["spec"]["validations"][0]["expression"] = "object.spec.nothing == 1".into();
        });
        let made = to_gatekeeper(&from);
        assert_eq!(refused(&from, &made) > 0, count, "{failure}");
    }
}

#[test]
fn parameters_become_those_of_the_constraint() {
    let params = |name: &str, bad: &str| {
        Object::new(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "a"},
            "data": {"bad": bad},
        }))
    };
    let [policy, binding] = policy(|policy, binding| {
        policy["spec"]["paramKind"] = json!({"apiVersion": "v1", "kind": "ConfigMap"});
        policy["spec"]["matchConditions"] =
            json!([{"name": "c", "expression": "has(params.data)"}]);
        policy["spec"]["validations"][0]["expression"] =
            "object.metadata.name != params.data.bad".into();
        binding["spec"]["paramRef"] =
            json!({"name": "one", "namespace": "a", "parameterNotFoundAction": "Deny"});
    });
    let mut other = binding.json().clone();
    other["metadata"]["name"] = "other".into();
    other["spec"]["paramRef"]["name"] = "two".into();
    let all = [policy, binding, Object::new(other), params("one", "bad"), params("two", "worse")];
    let made = to_gatekeeper(&all);
    assert!(made.lost.is_empty(), "{:?}", made.lost);
    let named: Vec<(&str, &str)> =
        made.manifests.iter().map(|it| (it.kind.kind, it.name.as_str())).collect();
    // One template serves both.
    assert_eq!(
        named,
        [
            ("ConstraintTemplate", "nobadnames"),
            ("NoBadNames", "no-bad.names-b"),
            ("NoBadNames", "no-bad.names-other"),
        ]
    );
    assert_eq!(made.manifests[2].object["spec"]["parameters"], json!({"data": {"bad": "worse"}}));
    let mut cluster = cluster();
    cluster.add(all[3].clone());
    cluster.add(all[4].clone());
    let says = [asked(&all, &cluster), asked(&objects(&made), &cluster)];
    let request = &requests(&cluster)[0];
    assert!(says.iter().all(|it| actions(&it(request)) == [Action::Deny]));
    let without = nothing(&all[..3]);
    assert!(without.contains("not among the objects"), "{without}");
}

#[test]
fn what_gatekeeper_cannot_say_is_named_in_place_of_the_whole() {
    for (pointer, value, expected) in [
        (
            "/spec/validations/0/expression",
            json!("authorizer.group('').resource('pods').check('get').allowed()"),
            "authorizer",
        ),
        ("/spec/validations", json!([]), "nothing is refused"),
        (
            "/spec/variables",
            json!([{"name": "gatekeeper_internal_a", "expression": "1"}]),
            "gatekeeper_internal_",
        ),
        (
            "/spec/matchConstraints/resourceRules/0/operations",
            json!(["CONNECT"]),
            "not asked about CONNECT",
        ),
        (
            "/spec/matchConstraints/resourceRules/0/apiGroups",
            json!(["example.com"]),
            "other versions",
        ),
        ("/metadata/name", json!("n".repeat(64)), "63"),
    ] {
        let from = policy(|policy, binding| {
            let (above, key) = pointer.rsplit_once('/').unwrap();
            policy.pointer_mut(above).unwrap()[key] = value.clone();
            if key == "name" {
                binding["spec"]["policyName"] = value.clone();
            }
        });
        let why = nothing(&from);
        assert!(why.contains(expected), "{pointer}: {why}");
    }
    let [alone, _] = policy(|_, _| ());
    assert!(nothing(&[alone]).contains("no binding"));
}

#[test]
fn names_that_make_one_kind_are_told_apart() {
    let [one, binding] = policy(|_, _| ());
    let [other, bound] = policy(|policy, binding| {
        policy["metadata"]["name"] = "no-badnames".into();
        binding["metadata"]["name"] = "other".into();
        binding["spec"]["policyName"] = "no-badnames".into();
    });
    let made = to_gatekeeper(&[one, binding, other, bound]);
    assert_eq!(made.manifests.len(), 2);
    assert_eq!(made.lost.len(), 1);
    assert!(made.lost[0].why.contains("constrainttemplate/nobadnames"), "{:?}", made.lost);
}

#[test]
fn who_asks_is_asked_of_requests_alone() {
    let condition = |expression: &str| {
        let [template, _] = whole(&policy(|policy, _| {
            policy["spec"]["validations"][0]["expression"] = expression.into();
        }));
        let source = &template["spec"]["targets"][0]["code"][0]["source"];
        source["matchCondition"][0]["expression"].as_str().unwrap().to_owned()
    };
    // What is there already has nobody who asks.
    let who = condition("request.userInfo.username != 'bob'");
    assert!(
        who.starts_with("request.?operation.orValue(\"\") in [\"CREATE\", \"UPDATE\"]"),
        "{who}"
    );
    for expression in ["request.operation != 'x'", "object.request != 1"] {
        let all = condition(expression);
        assert!(all.starts_with("request.?operation.orValue(\"\") in [\"\", "), "{all}");
    }
}

#[test]
fn fields_of_the_wrong_type_make_no_template_that_says_less() {
    let pointers = [
        "/spec",
        "/spec/matchConstraints",
        "/spec/matchConstraints/resourceRules",
        "/spec/matchConstraints/resourceRules/0",
        "/spec/matchConstraints/resourceRules/0/operations",
        "/spec/matchConstraints/resourceRules/0/resources",
        "/spec/matchConstraints/resourceRules/0/apiGroups",
        "/spec/matchConstraints/namespaceSelector",
        "/spec/matchConstraints/objectSelector",
        "/spec/validations",
        "/spec/validations/0",
        "/spec/validations/0/expression",
        "/spec/variables",
        "/spec/matchConditions",
        "/spec/failurePolicy",
        "/spec/paramKind",
        "/metadata",
    ];
    let values = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!([1]),
        json!([{}]),
        json!({"a": 1}),
    ];
    for pointer in pointers {
        for value in &values {
            let from = policy(|policy, _| {
                let (above, key) = pointer.rsplit_once('/').unwrap();
                let above = policy.pointer_mut(above).unwrap();
                match key.parse::<usize>() {
                    Ok(index) => above[index] = value.clone(),
                    Err(_) => above[key] = value.clone(),
                }
            });
            // Whatever is made of it, the engines judge it, and it ends.
            let made = to_gatekeeper(&from);
            let cluster = cluster();
            let judge = asked(&objects(&made), &cluster);
            let _ = judge(&requests(&cluster)[0]);
        }
    }
}
