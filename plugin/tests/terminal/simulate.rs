//! `simulate pod-security`: the API server's words, for files and for streams.

use serde_json::Value;

use crate::gallery;
use crate::harden::{command, finish, line};

const MANIFESTS: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: lenient
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/enforce-version: v1.37
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: lenient}
spec: {containers: [{name: app, image: web:1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: web:1}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {hostNetwork: true, containers: [{name: app, image: api:1, ports: [{containerPort: 80}]}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: no-pod}
";

fn simulate(words: &str, input: &str) -> String {
    let mut simulate = command();
    simulate.args(["simulate", "pod-security", "-f", "-"]).args(words.split_whitespace());
    finish(&mut simulate, input).ok()
}

#[test]
fn answers_are_in_the_words_of_the_server() {
    let page = simulate("--level restricted --kubernetes-version v1.30", MANIFESTS);
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-pod-security", page));
}

#[test]
fn json_is_a_line_per_pod() {
    let answers = simulate("-o json", MANIFESTS);
    let answers: Vec<Value> = answers.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let names: Vec<_> = answers
        .iter()
        .map(|it| (it["kind"].as_str().unwrap(), it["allowed"].as_bool().unwrap()))
        .collect();
    assert_eq!(names, [("Pod", true), ("Pod", false), ("Deployment", false)]);
    assert_eq!(answers[1]["checks"][0], "allowPrivilegeEscalation");
    assert!(
        answers[1]["message"]
            .as_str()
            .unwrap()
            .starts_with("allowPrivilegeEscalation != false (container \"app\" must set")
    );
}

#[test]
fn json_lines_are_answered_line_by_line() {
    let pod = |name: &str, host: bool| {
        format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{\"hostPID\":{host},\"containers\":[{{\"name\":\"c\",\"image\":\"i\"}}]}}}}\n"
        )
    };
    let input: String =
        (0..10_000).map(|number| pod(&format!("p{number}"), number % 2 == 0)).collect();
    let answers = simulate("-o json --level baseline", &input);
    let allowed = answers.lines().filter(|it| it.contains("\"allowed\":true")).count();
    assert_eq!((answers.lines().count(), allowed), (10_000, 5_000));
    assert!(answers.starts_with("{\"name\":\"p0\",\"kind\":\"Pod\",\"allowed\":false,\"message\":\"host namespaces (hostPID=true)\",\"checks\":[\"hostNamespaces\"]}\n"), "in the order of the input");
    let broken =
        simulate("-o json", "{\"apiVersion\": }\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n");
    assert!(broken.starts_with("{\"error\":"), "{broken}");
    assert_eq!(broken.lines().count(), 2);
}

#[test]
fn mistakes_are_named() {
    assert!(line("simulate pod-security").rejected().contains("--filename"));
    assert!(
        line("simulate pod-security -f x --kubernetes-version 1.30")
            .rejected()
            .contains("must be a minor version such as v1.37, or `latest`")
    );
    assert!(
        line("simulate pod-security -f nowhere.yaml")
            .rejected()
            .contains("failed to read nowhere.yaml")
    );
}
