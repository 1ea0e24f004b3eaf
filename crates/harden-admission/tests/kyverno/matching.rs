//! Rules that are about random objects and requests, those that autogen makes among them.

use serde_json::{Value, json};

use super::random::Random;
use super::records::Question;

const KINDS: &[&str] = &[
    "Pod",
    "v1/Pod",
    "*/Pod",
    "apps/v1/Deployment",
    "Deployment",
    "P*",
    "Pod/exec",
    "apps/*/Deployment",
    "Namespace",
    "Job",
    "batch/v1/CronJob",
    "Pod.exec",
    "ConfigMap",
    "Pod/ephemeralcontainers",
    "StatefulSet",
];

pub(crate) fn questions(count: usize) -> Vec<Question> {
    let mut random = Random::new(19);
    (0..count).map(|number| question(number, &mut random)).collect()
}

fn question(number: usize, random: &mut Random) -> Question {
    let rules: Value = (0..=random.below(2)).map(|number| rule(number, random)).collect();
    let mut policy = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"background": false, "rules": rules},
    });
    if random.below(10) < 3 {
        let controllers =
            ["none", "Deployment", "Deployment,CronJob", "CronJob", "Job,StatefulSet", "DaemonSet"];
        policy["metadata"]["annotations"] =
            json!({"pod-policies.kyverno.io/autogen-controllers": random.of(&controllers)});
    }
    if random.is_one_of(5) {
        policy["spec"]["applyRules"] = "One".into();
    }
    if random.is_one_of(10) {
        let expressions = [
            "object.metadata.name == 'n1'",
            "request.operation == 'CREATE'",
            "has(object.spec.a.x)",
        ];
        let condition = json!({"name": "c", "expression": random.of(&expressions)});
        policy["spec"]["webhookConfiguration"] = json!({"matchConditions": [condition]});
    }
    let object = object(random);
    let mut question = Question::new(format!("matching {number}"), &policy, &object);
    match random.below(20) {
        0..3 => {
            let mut old = object;
            if old["kind"] == "Pod" {
                old["spec"]["x"] = (1 + random.below(2)).into();
            }
            question.was(old);
        }
        3..6 => question.deletes(),
        _ => {}
    }
    if random.is_one_of(2) {
        question.is_asked_by("system:serviceaccount:ns:sa", "g2");
    }
    question
}

fn rule(number: usize, random: &mut Random) -> Value {
    let mut rule = json!({"name": format!("r{number}"), "match": block(random)});
    if random.is_one_of(2) {
        rule["exclude"] = block(random);
    }
    rule["validate"] = match random.below(20) {
        0..8 => json!({"pattern": {"spec": {"x": 1}}}),
        8..12 => json!({"message": "m $(./x)", "deny": {"conditions": {"all": [
            {"key": "{{ request.object.spec.x }}", "operator": "Equals", "value": 1},
        ]}}}),
        12..15 => {
            json!({"cel": {"expressions": [{"expression": "object.spec.x == 1", "message": "no"}]}})
        }
        15..17 => {
            json!({"foreach": [{"list": "request.object.spec.[x]", "deny": {"conditions": {"any": [
                {"key": "{{ element }}", "operator": "GreaterThan", "value": 1},
            ]}}}]})
        }
        _ => json!({"anyPattern": [{"spec": {"x": 1}}, {"metadata": {"name": "n2"}}]}),
    };
    if random.is_one_of(10) {
        rule["validate"]["failureAction"] = (*random.of(&["Enforce", "Audit"])).into();
    }
    rule
}

pub(crate) fn block(random: &mut Random) -> Value {
    let is_pod = random.is_one_of(2);
    let count = 1 + random.below(2);
    match random.below(10) {
        0..5 => json!({"any": (0..count).map(|_| filter(is_pod, random)).collect::<Value>()}),
        5..7 => json!({"all": (0..count).map(|_| filter(is_pod, random)).collect::<Value>()}),
        _ => filter(is_pod, random),
    }
}

fn filter(is_pod: bool, random: &mut Random) -> Value {
    let mut filter = json!({});
    filter["resources"] = resources(is_pod, random);
    if random.is_one_of(6) {
        filter["subjects"] = json!([random.json(&json!([
            {"kind": "User", "name": "bob"}, {"kind": "User", "name": "b*"}, {"kind": "Group", "name": "g1"},
            {"kind": "Group", "name": "g*"}, {"kind": "Group", "name": "other"},
            {"kind": "ServiceAccount", "name": "sa", "namespace": "ns"},
            {"kind": "ServiceAccount", "name": "*", "namespace": "ns"},
        ]))]);
    }
    filter
}

fn resources(is_pod: bool, random: &mut Random) -> Value {
    let kinds = match random.below(4) {
        _ if is_pod => json!(["Pod"]),
        0 => json!([random.of(&["*", "*/*", "*/scale"])]),
        _ => json!([random.of(KINDS), random.of(KINDS)]),
    };
    let mut resources = json!({"kinds": kinds});
    match random.below(14) {
        0 | 1 => resources["name"] = (*random.of(&["n1", "n*", "?1", "gen*"])).into(),
        2 | 3 => resources["names"] = random.json(&json!([["n1", "n2"], ["x*"], ["gen*", "n2"]])),
        _ => {}
    }
    if random.is_one_of(5) {
        resources["namespaces"] = random.json(&json!([["ns"], ["n*", "default"], ["kube-*"]]));
    }
    for key in ["selector", "namespaceSelector"] {
        if random.is_one_of(7) {
            resources[key] = selector(random);
        }
    }
    if random.is_one_of(8) {
        resources["annotations"] = json!({(*random.of(&["k", "k*"])): random.of(&["v", "*", "w"])});
    }
    if random.is_one_of(5) {
        let operations = json!([["CREATE"], ["UPDATE"], ["DELETE"], ["UPDATE", "DELETE"]]);
        resources["operations"] = random.json(&operations);
    }
    resources
}

fn selector(random: &mut Random) -> Value {
    let mut selector = json!({});
    if random.below(10) < 7 {
        let key = *random.of(&["a", "b", "a*", "app.kubernetes.io/*", "?"]);
        selector["matchLabels"] = json!({key: random.of(&["x", "y", "*", "x*", "?"])});
    }
    if random.is_one_of(2) {
        let operator = *random.of(&["In", "NotIn", "Exists", "DoesNotExist"]);
        let mut expression = json!({"key": random.of(&["a", "b"]), "operator": operator});
        if operator.ends_with("In") {
            expression["values"] = random.json(&json!([["x"], ["y", "z"], ["x", "y"]]));
        }
        selector["matchExpressions"] = json!([expression]);
    }
    selector
}

pub(crate) fn object(random: &mut Random) -> Value {
    let kinds = [
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
        ("apps/v1", "StatefulSet"),
    ];
    let (version, kind) = *random.of(&kinds);
    let mut metadata = if random.is_one_of(10) {
        json!({"generateName": "gen-"})
    } else {
        json!({"name": random.of(&["n1", "n2", "x1"])})
    };
    if kind != "Namespace" {
        metadata["namespace"] = (*random.of(&["ns", "kube-system", "default"])).into();
    }
    if random.below(10) < 7 {
        let key = *random.of(&["a", "b", "app.kubernetes.io/name"]);
        metadata["labels"] = json!({key: random.of(&["x", "y", "xy"])});
    }
    if random.below(10) < 4 {
        metadata["annotations"] = json!({"k": random.of(&["v", "w"])});
    }
    let spec = json!({"x": 1 + random.below(2)});
    json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": template(kind, spec)})
}

/// The `spec` of an object of this kind, with that of its pods.
pub(crate) fn template(kind: &str, spec: Value) -> Value {
    match kind {
        "Deployment" | "Job" | "StatefulSet" => {
            json!({"template": {"metadata": {"labels": {"a": "x"}}, "spec": spec}})
        }
        "CronJob" => json!({"jobTemplate": {"spec": {"template": {"spec": spec}}}}),
        _ => spec,
    }
}
