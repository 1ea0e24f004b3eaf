//! Agreement with the API server's own environment (`k8s.io/apiserver` v0.37.2) over recorded answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_admission::cel::{Environment, Failure, Program, Refusal, Value};
use harden_core::kubernetes::MinorVersion;
use serde_json::json;

/// An expression and the answer, in a line: one of each thing that the language has, and what is at its edges.
const ANSWERS: [&str; 2] = [include_str!("cel/answers.tsv"), include_str!("cel/edges.tsv")];

/// The answers that we do not know.
const NOT_JUDGED: [&str; 6] = [
    "timestamp(\"2024-01-01T00:00:00Z\").getHours(\"America/New_York\") == 19",
    "{1.5: 2}",
    "{null: 1}",
    r#""%s".format([["a", "b\"c"]])"#,
    "url(\"https://a b/c\")",
    "isURL(\"mailto:x@y.z\")",
];

#[test]
fn every_expression_has_the_answer_of_the_server() {
    let environment = Environment::new(MinorVersion(37)).with("object");
    let variables = BTreeMap::from([("object".to_owned(), object())]);
    let mut wrong = Vec::new();
    let mut not_judged = Vec::new();
    let answers: Vec<&str> = ANSWERS.iter().flat_map(|it| it.lines()).collect();
    for line in &answers {
        let (expression, theirs) = line.split_once('\t').unwrap();
        match answer(expression, &environment, &variables) {
            None => not_judged.push(expression),
            Some(ours) if is_same(&ours, theirs) => {}
            Some(ours) => wrong.push(format!("{expression}\n  {theirs}\n  {ours}")),
        }
    }
    assert_eq!(answers.len(), 160 + 385);
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(not_judged, NOT_JUDGED);
}

/// Whether two answers are one. What parsers say of syntax is theirs; of Go's own errors we tell the beginning.
fn is_same(ours: &str, theirs: &str) -> bool {
    let both = |part: &str| ours.contains(part) && theirs.contains(part);
    ours == theirs
        || both(": Syntax error: ") && both("COMPILE")
        || both("ERROR\tgot '") && both("', expected iterable type")
        || both("parse error during conversion") && theirs.starts_with(ours)
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
        Err(Refusal::Unconvertible(message)) => return Some(format!("PROGRAM\t{message}")),
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
        Value::Uint(it) => it.to_string(),
        Value::Double(it) if it.is_infinite() => "+Inf".to_owned(),
        Value::Double(it) => it.to_string(),
        Value::Type(it) => (*it).to_owned(),
        Value::String(it) => it.to_string(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        Value::Map(map) => {
            let entries =
                map.iter().map(|(key, it)| format!("{}:{}", shown(&key.value()), shown(it)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
        Value::Optional(Some(it)) => shown(it),
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
                    "image": "r/c@sha256:00",
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
