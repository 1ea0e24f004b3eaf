//! Agreement with the API server's own environment (`k8s.io/apiserver` v0.37.2) over recorded answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_admission::cel::{Environment, Failure, Program, Refusal, Value};
use harden_core::kubernetes::MinorVersion;
use serde_json::json;

/// An expression and the answer, in a line.
const ANSWERS: &str = include_str!("cel/answers.tsv");

/// The answers that we do not know.
const NOT_JUDGED: [&str; 1] =
    ["timestamp(\"2024-01-01T00:00:00Z\").getHours(\"America/New_York\") == 19"];

#[test]
fn every_expression_has_the_answer_of_the_server() {
    let environment = Environment::new(MinorVersion(37)).with("object");
    let variables = BTreeMap::from([("object".to_owned(), object())]);
    let mut wrong = Vec::new();
    let mut not_judged = Vec::new();
    for line in ANSWERS.lines() {
        let (expression, theirs) = line.split_once('\t').unwrap();
        match answer(expression, &environment, &variables) {
            None => not_judged.push(expression),
            Some(ours) if ours == theirs => {}
            Some(ours) => wrong.push(format!("{expression}\n  {theirs}\n  {ours}")),
        }
    }
    assert_eq!(ANSWERS.lines().count(), 160);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(not_judged, NOT_JUDGED);
}

/// What we say, in the form of the recorded answers; `None` where we do not judge.
fn answer(
    expression: &str,
    environment: &Environment,
    variables: &BTreeMap<String, Value>,
) -> Option<String> {
    let program = match Program::compile(expression, environment) {
        Ok(program) => program,
        Err(Refusal::NotJudged(_)) => return None,
        Err(refusal) => return Some(format!("COMPILE\t{}", refusal.to_string().lines().next()?)),
    };
    match program.evaluate(variables) {
        Ok(value) => Some(shown(&value)),
        Err(Failure::Error(message)) => Some(format!("ERROR\t{message}")),
        Err(Failure::NotJudged(_) | Failure::TooCostly) => None,
    }
}

/// A value as Go prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Double(it) => it.to_string(),
        Value::String(it) => it.to_string(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    }
}

/// The object of the recorded answers, all of whose numbers were doubles.
fn object() -> Value {
    doubled(&Value::from_json(&json!({
        "metadata": {"labels": {"app": "x", "my-key": "v"}},
        "spec": {
            "replicas": 3,
            "securityContext": {"runAsNonRoot": true},
            "containers": [
                {
                    "name": "c",
                    "image": "registry.example.com/c@sha256:00",
                    "resources": {"limits": {"memory": "1Gi"}},
                },
                {"name": "d", "image": "d:1"},
            ],
        },
        "l": [3, 1, 2],
        "i": 5,
        "d": 1.5,
        "t": "2024-05-06T07:08:09Z",
    })))
}

fn doubled(value: &Value) -> Value {
    match value {
        Value::Int(it) => Value::Double(f64::from(i32::try_from(*it).unwrap())),
        Value::List(items) => Value::List(Arc::new(items.iter().map(doubled).collect())),
        Value::Map(map) => Value::Map(Arc::new(
            map.iter().map(|(key, value)| (key.clone(), doubled(value))).collect(),
        )),
        other => other.clone(),
    }
}
