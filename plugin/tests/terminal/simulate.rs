//! `simulate pod-security`: the API server's words, for files and for streams.

use serde_json::Value;

use crate::gallery;
use crate::harden::{Ended, command, finish, line};

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

/// The answers, one of which rejects something.
fn simulate(words: &str, input: &str) -> String {
    let ended = ended(words, input);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    ended.stdout
}

fn ended(words: &str, input: &str) -> Ended {
    let mut simulate = command();
    simulate.args(["simulate", "pod-security", "-f", "-"]).args(words.split_whitespace());
    finish(&mut simulate, input)
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
    let broken = ended("-o json", "{\"apiVersion\": }\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n");
    assert!(broken.stdout.starts_with("{\"error\":"), "{broken:?}");
    assert_eq!((broken.stdout.lines().count(), broken.code), (2, 3));
}

#[test]
fn what_the_server_cannot_decode_has_no_answer() {
    let sound = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    assert_eq!(ended("--level baseline", sound).code, 0);
    for (from, to) in [
        (r#""name":"p""#, r#""name":"p","generation":"1""#),
        (r#""name":"p""#, r#""name":"p","labels":{"a":1}"#),
        (r#""name":"p""#, r#""name":"p","ownerReferences":[{"controller":"true"}]"#),
        (r#""image":"i""#, r#""image":1"#),
        (r#""image":"i""#, r#""image":"i","args":[1]"#),
        (r#""image":"i""#, r#""image":"i","resources":{"limits":{"cpu":"x"}}"#),
        (r#""spec":{"#, r#""spec":{"activeDeadlineSeconds":1.5,"#),
        (r#""spec":{"#, r#""spec":{"tolerations":{},"#),
        (r#""spec":{"containers":[{"name":"c","image":"i"}]}"#, r#""spec":[]"#),
    ] {
        let input = sound.replace(from, to);
        for words in ["--level baseline", "--level privileged --exempt-namespace default"] {
            let text = ended(words, &input);
            assert!(
                text.stdout.starts_with("Pod p: unknown, because the server cannot decode it\n"),
                "{input}: {text:?}"
            );
            let json = ended(&format!("{words} -o json"), &input);
            let answer: Value = serde_json::from_str(&json.stdout).unwrap();
            assert!(answer["allowed"].is_null() && answer["checks"] == Value::Array(vec![]));
            assert!(answer["error"].as_str().unwrap().contains("cannot be handled as a Pod"));
            assert_eq!((text.code, json.code), (3, 3), "{input}");
        }
        let deployment = format!(
            r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"d"}},"spec":{{"replicas":"2","template":{{}}}}}}{}"#,
            "\n"
        );
        let several = ended("--level baseline", &format!("{deployment}{sound}\n{input}\n"));
        assert_eq!((several.code, several.stdout.lines().count()), (3, 3), "{several:?}");
    }
}

#[test]
fn the_servers_version_bounds_the_versions_of_labels() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: v1.36}}\n---\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, livenessProbe: {httpGet: {port: 80, host: h}}}]}\n";
    let labelled = format!("{namespace}{pod}");
    for (words, input, is_allowed) in [
        ("--kubernetes-version v1.33", &*labelled, true),
        ("--kubernetes-version v1.34", &labelled, false),
        ("", &labelled, false),
        ("--kubernetes-version v1.33 --policy-version v1.36", pod, true),
        ("--kubernetes-version v1.36 --policy-version v1.33", pod, true),
        ("--kubernetes-version v1.34 --policy-version latest", pod, false),
        ("--policy-version v1.99", pod, false),
    ] {
        let answer = ended(&format!("--level baseline {words} -o json"), input).stdout;
        assert_eq!(answer.contains("\"allowed\":true"), is_allowed, "{words}: {answer}");
    }
}

#[test]
fn mistakes_are_named() {
    assert!(line("simulate pod-security").rejected().contains("--filename"));
    assert!(
        line("simulate pod-security -f x --kubernetes-version 1.24")
            .rejected()
            .contains("must be a version from v1.25 to v1.37, such as 1.30")
    );
    assert!(
        line("simulate pod-security -f x --policy-version cluster")
            .rejected()
            .contains("must be a version from v1.25 to v1.37, such as 1.30, or `latest`")
    );
    assert!(
        line("simulate pod-security -f nowhere.yaml")
            .rejected()
            .contains("failed to read nowhere.yaml")
    );
}
