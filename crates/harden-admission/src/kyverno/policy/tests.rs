//! Rules of Kyverno that validate, on small objects.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::*;
use crate::cel::Timestamp;
use crate::{Operation, User};

/// A policy with one rule.
fn policy(rule: &Value) -> Object {
    let mut whole = json!({"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}});
    if let (Some(whole), Some(rule)) = (whole.as_object_mut(), rule.as_object()) {
        whole.extend(rule.clone());
    }
    Object::new(json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"background": false, "rules": [whole]},
    }))
}

fn pod(spec: &Value) -> Object {
    Object::new(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": "n", "labels": {"app": "x"}},
        "spec": spec,
    }))
}

fn cluster(objects: &[Value]) -> Cluster {
    let mut cluster = Cluster::new(MinorVersion(36));
    cluster.is_whole = true;
    cluster.now = Timestamp::of(0);
    objects.iter().for_each(|it| cluster.add(Object::new(it.clone())));
    cluster
}

fn ask(
    objects: &[Object],
    cluster: &Cluster,
    object: Option<Object>,
    old: Option<Object>,
) -> Vec<Answer> {
    let policies = Policies::read(objects, cluster);
    assert_eq!(policies.refused(), []);
    let operation = match (&object, &old) {
        (Some(_), None) => Operation::Create,
        (Some(_), Some(_)) => Operation::Update,
        _ => Operation::Delete,
    };
    let user = User { name: "system:serviceaccount:n:sa".to_owned(), ..User::default() };
    let subresource = String::new();
    policies.validate(&Request {
        operation,
        object,
        old,
        subresource,
        user,
        is_dry_run: false,
        cluster,
    })
}

/// Verdict and message of the only answer for a pod.
fn answer(rule: &Value, spec: &Value) -> (Verdict, String) {
    let answers = ask(&[policy(rule)], &cluster(&[]), Some(pod(spec)), None);
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    (answer.verdict, answer.message.clone())
}

fn is(rule: &Value, spec: &Value, verdict: Verdict, message: &str) {
    assert_eq!(answer(rule, spec), (verdict, message.to_owned()), "{rule}");
}

#[test]
fn patterns_fail_in_the_words_of_kyverno() {
    let rule = json!({"validate": {"message": "No {{ request.object.metadata.name }}", "pattern": {"spec": {"x": "?*"}}}});
    is(&rule, &json!({}), Verdict::Fail, "validation error: No a. rule r failed at path /spec/x/");
    is(&rule, &json!({"x": "y"}), Verdict::Pass, "validation rule 'r' passed.");
    let rule = json!({"validate": {"anyPattern": [{"spec": {"x": 1}}, {"spec": {"y": 1}}]}});
    is(
        &rule,
        &json!({}),
        Verdict::Fail,
        "validation error: rule r[0] failed at path /spec/x/ rule r[1] failed at path /spec/y/",
    );
    let rule = json!({"validate": {"pattern": {"spec": {"x": "{{ request.object.spec.nope }}"}}}});
    is(
        &rule,
        &json!({}),
        Verdict::Error,
        "variable substitution failed: failed to resolve request.object.spec.nope at path /spec/x: \
         JMESPath query failed: Unknown key \"nope\" in path",
    );
}

#[test]
fn conditions_deny_and_skip() {
    let condition = |value: &str| json!({"key": "{{ request.object.spec.x || '' }}", "operator": "Equals", "value": value, "message": "x is {{ request.object.spec.x }}"});
    let rule = json!({
        "preconditions": {"any": [condition("a"), condition("b")]},
        "validate": {"message": "no", "deny": {"conditions": {"all": [condition("b")]}}},
    });
    is(&rule, &json!({"x": "b"}), Verdict::Fail, "no; x is b");
    is(&rule, &json!({"x": "a"}), Verdict::Pass, "validation rule 'r' passed.");
    let (verdict, message) = answer(&rule, &json!({"x": "c"}));
    assert_eq!(verdict, Verdict::Skip);
    assert!(message.starts_with("preconditions not met; x is {{"), "{message}");
}

#[test]
fn loops_look_at_each_element() {
    let rule = json!({"validate": {"message": "bad", "foreach": [{
        "list": "request.object.spec.containers",
        "preconditions": {"all": [{"key": "{{ element.image }}", "operator": "Equals", "value": "*:latest"}]},
        "deny": {"conditions": {"any": [{"key": "{{ elementIndex }}", "operator": "GreaterThan", "value": 0}]}},
    }]}});
    let container = |name: &str, image: &str| json!({"name": name, "image": image});
    let two =
        |image: &str| json!({"containers": [container("a", "x:latest"), container("b", image)]});
    is(&rule, &two("x:latest"), Verdict::Fail, "validation failure: bad");
    is(&rule, &two("x:1"), Verdict::Pass, "rule passed");
    let answers = ask(&[policy(&rule)], &cluster(&[]), Some(pod(&json!({"containers": []}))), None);
    assert_eq!(answers, [], "a loop over nothing says nothing");
}

#[test]
fn entries_of_the_context_are_answered_from_the_cluster() {
    let objects = [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n"}, "data": {"k": "v"}}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b", "namespace": "n"}}),
    ];
    let rule = |key: &str| {
        json!({
            "context": [
                {"name": "cm", "configMap": {"name": "c", "namespace": "{{ request.namespace }}"}},
                {"name": "count", "apiCall": {"urlPath": "/api/v1/namespaces/n/pods", "jmesPath": "items | length(@)"}},
                {"name": "none", "apiCall": {"urlPath": "/api/v1/namespaces/n/configmaps/d", "default": "x"}},
                {"name": "twice", "variable": {"value": "{{ count }}-{{ count }}"}},
                {"name": "absent", "variable": {"jmesPath": "request.object.spec.nope", "default": "y"}},
            ],
            "validate": {"message": key, "deny": {"conditions": {"all": [{"key": key, "operator": "NotEquals", "value": "zzz"}]}}},
        })
    };
    for (key, expected) in [
        ("{{ cm.data.k }}", "v"),
        ("{{ count }}", ""),
        ("{{ none }}", "x"),
        ("{{ twice }}", "1-1"),
        ("{{ absent }}", "y"),
        ("{{ serviceAccountName }}", "sa"),
        ("{{ images.containers.a.path }}", "library/x"),
    ] {
        let spec = json!({"containers": [{"name": "a", "image": "library/x:1"}]});
        let answers = ask(&[policy(&rule(key))], &cluster(&objects), Some(pod(&spec)), None);
        let [answer] = answers.as_slice() else { panic!("{answers:?}") };
        match expected {
            "" => assert_eq!(answer.verdict, Verdict::Fail),
            expected => assert_eq!(answer.message, expected, "{key}"),
        }
    }
}

#[test]
fn what_is_not_at_hand_is_not_judged() {
    let rule = json!({
        "context": [{"name": "cm", "configMap": {"name": "c", "namespace": "n"}}],
        "validate": {"deny": {"conditions": {"all": [{"key": "{{ cm.data.k }}", "operator": "Equals", "value": "v"}]}}},
    });
    let mut cluster = cluster(&[]);
    cluster.is_whole = false;
    let answers = ask(&[policy(&rule)], &cluster, Some(pod(&json!({}))), None);
    assert_eq!(answers[0].verdict, Verdict::NotJudged);
    assert_eq!(answers[0].message, "ConfigMap n/c is not at hand");
    let rule = json!({
        "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaceSelector": {"matchLabels": {"a": "b"}}}}]},
        "validate": {"pattern": {"spec": {"x": 1}}},
    });
    let answers = ask(&[policy(&rule)], &cluster, Some(pod(&json!({}))), None);
    assert_eq!(answers[0].message, "the labels of namespace n are not known");
}

#[test]
fn an_exception_skips_a_rule() {
    let rule = json!({"validate": {"pattern": {"spec": {"x": 1}}}});
    let exception = Object::new(json!({
        "apiVersion": "kyverno.io/v2",
        "kind": "PolicyException",
        "metadata": {"name": "e", "namespace": "k"},
        "spec": {
            "exceptions": [{"policyName": "p", "ruleNames": ["r*"]}],
            "match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["a"]}}]},
        },
    }));
    let answers = ask(&[policy(&rule), exception], &cluster(&[]), Some(pod(&json!({}))), None);
    assert_eq!(answers[0].verdict, Verdict::Skip);
    assert_eq!(answers[0].message, "rule is skipped due to policy exceptionsk/e");
}

#[test]
fn what_was_as_bad_before_may_stay() {
    let rule = json!({"validate": {"failureAction": "Enforce", "pattern": {"spec": {"x": 1}}}});
    let (bad, good) = (pod(&json!({})), pod(&json!({"x": 1})));
    let verdict = |old: &Object| {
        ask(&[policy(&rule)], &cluster(&[]), Some(bad.clone()), Some(old.clone()))[0].verdict
    };
    assert_eq!(verdict(&bad), Verdict::Skip);
    assert_eq!(verdict(&good), Verdict::Fail);
    assert_eq!(
        ask(&[policy(&rule)], &cluster(&[]), None, Some(bad)),
        [],
        "nothing is left to judge"
    );
}

#[test]
fn expressions_and_standards_are_judged_by_their_own_code() {
    let rule = json!({
        "celPreconditions": [{"name": "x", "expression": "has(object.spec.x)"}],
        "validate": {"message": "no", "cel": {"expressions": [{"expression": "object.spec.x == 'y'"}]}},
    });
    is(&rule, &json!({"x": "z"}), Verdict::Fail, "no");
    is(&rule, &json!({"x": "y"}), Verdict::Pass, "Validation rule 'r' passed.");
    is(&rule, &json!({}), Verdict::Skip, "cel preconditions not met");
    let rule = json!({"validate": {"podSecurity": {"level": "baseline", "version": "latest"}}});
    let spec = json!({"hostNetwork": true, "containers": [{"name": "a", "image": "x"}]});
    is(
        &rule,
        &spec,
        Verdict::Fail,
        "Validation rule 'r' failed. It violates PodSecurity \"baseline:latest\": (Forbidden reason: \
         host namespaces, field error list: [spec.hostNetwork is forbidden, forbidden values found: true])",
    );
    let rule = json!({"validate": {"podSecurity": {
        "level": "baseline", "version": "latest", "exclude": [{"controlName": "Host Namespaces"}],
    }}});
    is(&rule, &spec, Verdict::Pass, "Validation rule 'r' passed.");
}

#[test]
fn conditions_of_the_webhook_leave_requests_out() {
    let mut json = policy(&json!({"validate": {"pattern": {"spec": {"x": 1}}}})).json().clone();
    json["spec"]["webhookConfiguration"] =
        json!({"matchConditions": [{"name": "c", "expression": "object.metadata.name == 'b'"}]});
    let answers = ask(&[Object::new(json)], &cluster(&[]), Some(pod(&json!({}))), None);
    assert_eq!(answers, []);
}

#[test]
fn what_kyverno_refuses_is_refused() {
    let refused = |rule: &Value| {
        let policies = Policies::read(&[policy(rule)], &cluster(&[]));
        assert!(policies.is_empty() || policies.refused().is_empty());
        policies.refused().first().map(|it| (it.message.clone(), it.reasons[0].at.clone()))
    };
    let deny = |key: &str, operator: &str| json!({"validate": {"deny": {"conditions": {"all": [{"key": key, "operator": operator, "value": "x"}]}}}});
    assert_eq!(refused(&deny("{{ request.object.spec.x }}", "Equals")), None);
    let (message, at) = refused(&deny("{{ nope }}", "Equals")).unwrap();
    assert!(message.starts_with("policy contains invalid variables"), "{message}");
    assert_eq!(at, "/spec/rules/0/validate/deny/conditions/all/0/key");
    let (message, _) = refused(&deny("x", "Like")).unwrap();
    assert!(message.contains("`operator` is invalid"), "{message}");
    for (rule, why) in [
        (json!({}), "No operation defined"),
        (json!({"validate": {"pattern": {"a": {"+(b)": 1}}}}), ""),
        (json!({"validate": {"message": "x"}}), "one of pattern, anyPattern"),
        (json!({"validate": {"pattern": {"a": "{{ element.x }}"}}}), "outside of foreach"),
        (json!({"validate": {"pattern": {"metadata": {"labels": {"a": 1}}}}}), "double quotes"),
        (json!({"context": [{"name": "request"}], "validate": {"pattern": {}}}), "conflicts"),
    ] {
        let found = refused(&rule).map(|(message, _)| message).unwrap_or_default();
        assert!(!found.is_empty() && found.contains(why), "{rule}: {found}");
    }
}

#[test]
fn nothing_of_a_secret_is_said() {
    let rule = json!({
        "match": {"any": [{"resources": {"kinds": ["Secret"]}}]},
        "validate": {"message": "{{ request.object.data.k }}", "pattern": {"data": {"(k)": "x"}}},
    });
    let secret = Object::new(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"},
        "data": {"k": "aHVudGVyMg=="},
    }));
    let answers = ask(&[policy(&rule)], &cluster(&[]), Some(secret), None);
    assert!(!format!("{answers:?}").contains("aHVudGVyMg=="), "{answers:?}");
}

#[test]
fn a_hostile_policy_ends() {
    let nested = "{{ to_string([@, @]) }}".replace('@', "request.object.spec.l");
    let big: Vec<Value> = (0..2000).map(Value::from).collect();
    let expression =
        "map(&map(&map(&[@, @], [@, @, @, @, @, @]), [@, @, @, @, @, @]), request.object.spec.l)";
    for key in [nested, format!("{{{{ {expression} }}}}")] {
        let rule = json!({"validate": {"deny": {"conditions": {"all": [{"key": key, "operator": "Equals", "value": "x"}]}}}});
        answer(&rule, &json!({"l": big}));
    }
    let loops = (0..20).fold(
        json!({"list": "request.object.spec.l", "pattern": {}}),
        |inner, _| json!({"list": "request.object.spec.l", "foreach": [inner]}),
    );
    let rule = json!({"validate": {"foreach": [loops]}});
    let (verdict, _) = answer(&rule, &json!({"l": [1, 2, 3, 4, 5, 6, 7, 8]}));
    assert_eq!(verdict, Verdict::NotJudged);
}

#[test]
fn what_the_configuration_leaves_out_is_not_judged() {
    let rule = json!({"validate": {"pattern": {"spec": {"x": 1}}}});
    let ask_with = |data: &Value| {
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {"name": "kyverno", "namespace": "kyverno"},
        });
        ask(&[policy(&rule)], &cluster(&[map]), Some(pod(&json!({}))), None).len()
    };
    assert_eq!(ask_with(&json!({})), 1);
    assert_eq!(ask_with(&json!({"resourceFilters": "[Event,*,*]\n[*/*,kube-system,*]"})), 1);
    assert_eq!(ask_with(&json!({"resourceFilters": "[Event,*,*] [Pod,n,*]"})), 0);
    assert_eq!(ask_with(&json!({"excludeUsernames": "system:serviceaccount:n:*"})), 0);
    let data = json!({"excludeUsernames": "system:*,!system:serviceaccount:n:sa"});
    assert_eq!(ask_with(&data), 1);
}
