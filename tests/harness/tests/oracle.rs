//! The oracle's answers agree with those of real systems of Kubernetes 1.36.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Need, Oracle};
use serde_json::{Value, json};

/// The conformance data beside the repository; `None`, said loudly, where it is not.
fn conformance(name: &str) -> Option<PathBuf> {
    Need::Answers.at(name)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn it_evaluates_pods_as_the_upstream_fixtures_say() {
    let (Some(path), Some(mut oracle)) = (conformance("psa/cases.jsonl"), Oracle::for_test("psa"))
    else {
        return;
    };
    let cases = lines(&path);
    let fields = |case: &Value, names: &[&str]| -> Value {
        names.iter().map(|name| ((*name).to_owned(), case[*name].clone())).collect()
    };
    let questions: Vec<Value> =
        cases.iter().map(|case| fields(case, &["id", "level", "version", "pod"])).collect();
    let answers = oracle.ask_all(&questions);
    assert_eq!(answers.len(), 1500);
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(*answer, fields(case, &["id", "allowed", "message", "checks"]));
    }
}

#[test]
fn it_reads_yaml_as_go_does() {
    let Some(path) = conformance("yaml/go.jsonl") else {
        return;
    };
    for (kind, field) in [("yaml", "go"), ("yaml-strict", "go_strict")] {
        let Some(mut oracle) = Oracle::for_test(kind) else {
            return;
        };
        for case in lines(&path) {
            let name = case["case"].as_str().unwrap();
            let text = fs::read(path.with_file_name("cases").join(name)).unwrap();
            let question = match String::from_utf8(text) {
                Ok(text) => json!(text),
                Err(error) => json!({"base64": STANDARD.encode(error.as_bytes())}),
            };
            let answer = oracle.ask_line(&question.to_string());
            let got = if let Some(json) = answer.strip_prefix(r#"{"json":"#) {
                json.strip_suffix('}').unwrap().to_owned()
            } else {
                let answer: Value = serde_json::from_str(&answer).unwrap();
                // The data has a bar for a line break.
                let error = answer["error"].as_str().unwrap().replace('\n', " | ");
                format!("ERR {error}")
            };
            // The data is cut at 400 characters.
            let got: String = got.chars().take(400).collect();
            let expected = case[field].as_str().unwrap();
            if name == "dup_1_str1.yaml" {
                // The keys 1 and "1" are one in JSON; which value stays is up to the order in which
                // Go walks a map, and that is random.
                assert!([r#"{"1":"a"}"#, r#"{"1":"b"}"#].contains(&got.as_str()), "{kind} {got}");
                continue;
            }
            assert_eq!(got, expected, "{kind} {name}");
        }
    }
}

fn error(answer: &Value) -> String {
    without_scheme(answer["error"].as_str().unwrap_or(""))
}

/// Takes off the source line that some errors end with: where it is depends on the Go build.
fn without_scheme(error: &str) -> String {
    error.split(" in scheme \"").next().unwrap_or(error).to_owned()
}

#[test]
fn it_loads_encryption_configurations_as_the_api_server_does() {
    let (Some(path), Some(mut oracle)) =
        (conformance("encryption.jsonl"), Oracle::for_test("encryption"))
    else {
        return;
    };
    for case in lines(&path) {
        let answer = oracle.ask(&case["config"]);
        assert_eq!(answer["ok"], case["outcome"] == "starts", "{case} {answer}");
        assert_eq!(error(&answer), without_scheme(case["message"].as_str().unwrap()), "{case}");
    }
}

#[test]
fn it_loads_audit_policies_as_the_api_server_does() {
    let (Some(path), Some(mut oracle)) =
        (conformance("audit-loading.jsonl"), Oracle::for_test("audit-load"))
    else {
        return;
    };
    for case in lines(&path) {
        let answer = oracle.ask(&case["policy"]);
        assert_eq!(answer["ok"], case["outcome"] == "starts", "{case} {answer}");
        let message = case["message"].as_str().unwrap();
        let expected = message.strip_prefix("loading audit policy file: ").unwrap_or(message);
        assert_eq!(error(&answer), without_scheme(expected), "{case}");
        assert_eq!(answer["warnings"], case["warnings"], "{case}");
    }
}

#[test]
fn every_kind_answers() {
    let pod =
        json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";
    for (kind, question, pointer, expected) in [
        (
            "psa",
            json!({"level": "baseline", "version": "latest", "pod": pod}),
            "/allowed",
            json!(true),
        ),
        (
            "psa-defaulted",
            json!({"level": "restricted", "version": "v1.0", "pod": pod}),
            "/checks/0",
            json!("runAsNonRoot"),
        ),
        ("pod-defaults", pod.clone(), "/spec/containers/0/imagePullPolicy", json!("Always")),
        ("pod-validate", pod.clone(), "/errors", json!([])),
        ("yaml", json!("a: yes"), "/json/a", json!(true)),
        ("yaml-strict", json!("a: 1\na: 2"), "/json", json!(null)),
        (
            "audit",
            json!({"policy": policy, "event": {"user": "u", "verb": "get", "path": "/"}}),
            "/level",
            json!("Metadata"),
        ),
        ("audit-load", json!(policy), "/ok", json!(true)),
        ("encryption", json!(""), "/ok", json!(false)),
        (
            "rbac",
            json!({"objects": [], "user": "u", "groups": [], "attributes": {"verb": "get", "resource": "pods"}}),
            "/allowed",
            json!(false),
        ),
        (
            "rbac",
            json!({"objects": [], "requests": [{"user": "u"}]}),
            "/answers/0/allowed",
            json!(false),
        ),
        ("rbac-covers", json!({"owner": [], "servant": []}), "/covers", json!(true)),
        (
            "selector",
            json!({"selector": {"matchLabels": {"a": "b"}}, "labels": {"a": "b"}}),
            "/matches",
            json!(true),
        ),
        ("quantity", json!("1024Ki"), "/canonical", json!("1Mi")),
    ] {
        let Some(mut oracle) = Oracle::for_test(kind) else {
            return;
        };
        let answer = oracle.ask(&question);
        assert_eq!(answer.pointer(pointer).unwrap_or(&Value::Null), &expected, "{kind}: {answer}");
    }
}

#[test]
fn many_large_questions_and_answers_do_not_block_each_other() {
    let Some(mut oracle) = Oracle::for_test("yaml") else {
        return;
    };
    let question = json!("x".repeat(100_000));
    let answers = oracle.ask_all(std::iter::repeat_n(&question, 200));
    assert_eq!(answers.len(), 200);
    assert!(answers.iter().all(|answer| answer["json"] == question));
    assert_eq!(oracle.ask(&json!("1")), json!({"json": 1}));
}
