//! `simulate admission`: the same is said whichever way it comes in, and what cannot be read is named.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::admission::{WEB, answer, folder, results, simulate, snapshot};
use crate::check::Folder;
use crate::harden::{Ended, command, finish};

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: a}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]}
  validations: [{expression: \"object.metadata.name != 'bad'\"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: a}
spec: {policyName: a, validationActions: [Deny]}
";

fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: a, image: b}}]}}\n"
    )
}

/// What is said of objects by policies, without the places where the policies are.
fn said(answer: &Value) -> Vec<Value> {
    let without_places = |it: &Value| {
        let mut it = it.clone();
        it["reasons"] =
            it["reasons"].as_array().unwrap().iter().map(|it| it["expression"].clone()).collect();
        it
    };
    let mut said: Vec<Value> =
        answer["answers"].as_array().unwrap().iter().map(without_places).collect();
    said.sort_by_key(ToString::to_string);
    said
}

/// What is named as not known.
fn incomplete(answer: &Value) -> Vec<(String, String)> {
    let all = answer["coverage"]["incomplete"].as_array().unwrap();
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    all.iter().map(|it| (text(&it["what"]), text(&it["why"]))).collect()
}

#[test]
fn every_way_in_says_the_same() {
    let folder = folder();
    fs::write(folder.path().join("cluster.snapshot"), snapshot()).unwrap();
    let wanted = answer(&folder, "manifests --policy policies/tags.yaml");
    let fields: BTreeSet<&str> = wanted.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(["answers", "coverage", "version"]));
    assert_eq!(results(&wanted), [["image-tags", "fail", "deny"]]);
    let web: Value =
        serde_json::from_str(&harden_yaml::documents(WEB).next().unwrap().to_json().unwrap())
            .unwrap();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "List", "items": [web]}]});
    fs::write(folder.path().join("list.json"), format!("\u{feff}{list}")).unwrap();
    let tags = fs::read_to_string(folder.path().join("policies/tags.yaml")).unwrap();
    let items: Vec<Value> = harden_yaml::documents(&tags)
        .map(|it| serde_json::from_str(&it.to_json().unwrap()).unwrap())
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    fs::write(folder.path().join("policies.json"), list.to_string()).unwrap();
    for words in [
        "-f manifests/web.yaml --policy policies/tags.yaml",
        "list.json --policy policies/tags.yaml",
        "manifests --policy policies.json",
        "manifests --snapshot cluster.snapshot",
        "--snapshot cluster.snapshot",
    ] {
        assert_eq!(said(&answer(&folder, words)), said(&wanted), "{words}");
    }
    for (words, text) in [("- --policy policies/tags.yaml", WEB), ("manifests --policy -", &tags)] {
        let mut command = command();
        command.current_dir(folder.path()).args(["simulate", "admission", "-o", "json"]);
        let ended = finish(command.args(words.split_whitespace()), text);
        let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(said(&answer), said(&wanted), "{words}");
    }
    let told = asked_over_mcp(&format!("{WEB}\n---\n{tags}"));
    assert_eq!(said(&told), said(&wanted));
}

/// What the tool of agents says of a text.
fn asked_over_mcp(text: &str) -> Value {
    let params = json!({"name": "simulate", "arguments": {"kind": "admission", "text": text}, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let Ended { stdout, stderr, .. } = finish(command().arg("mcp"), &format!("{message}\n"));
    let answer: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stderr}"));
    answer["result"]["structuredContent"].clone()
}

#[test]
fn the_order_of_files_changes_nothing() {
    let folder = folder();
    fs::write(folder.path().join("bad.yaml"), pod("bad")).unwrap();
    fs::write(folder.path().join("a.yaml"), POLICY).unwrap();
    let all = ["manifests", "bad.yaml", "--policy=policies", "--policy=a.yaml"];
    let first = simulate(&folder, &format!("{} -o json", all.join(" ")));
    assert_eq!(first.code, 1);
    for order in [[1, 0, 2, 3], [3, 1, 2, 0], [3, 2, 1, 0]] {
        let words: Vec<&str> = order.iter().map(|it| all[*it]).collect();
        let other = simulate(&folder, &format!("{} -o json", words.join(" ")));
        assert_eq!(other.stdout, first.stdout, "{words:?}");
    }
}

#[test]
fn what_looks_like_an_object_and_cannot_be_read_is_named() {
    let deep = format!("{}1{}", "{a: ".repeat(300), "}".repeat(300));
    let sound = pod("sound");
    for (text, why) in [
        ("apiVersion: 5\nkind: [a]\n", "an object whose kind is no text was not judged"),
        ("apiVersion: [v1]\nkind: Pod\n", "Pod whose apiVersion is no text was not judged"),
        ("kind: Pod\n", "a Pod without apiVersion was not judged"),
        ("[{apiVersion: v1, kind: Pod}]\n", "a list of objects that is no List was not judged"),
        (
            &format!(
                "{{apiVersion: a.example/v1, kind: A, metadata: {{name: b}}, spec: {deep}}}\n"
            ),
            "A b is nested more deeply than any object of the API, so it was not read",
        ),
    ] {
        let folder =
            Folder::with(&[("sound.yaml", &sound), ("other.yaml", text), ("policy.yaml", POLICY)]);
        let wanted = vec![("other.yaml".to_owned(), why.to_owned())];
        // Among objects it hides no other; among policies it may be one that refuses.
        let of_objects = answer(&folder, "sound.yaml other.yaml --policy policy.yaml");
        assert_eq!(incomplete(&of_objects), wanted);
        assert_eq!(of_objects["coverage"]["admitted"], 1);
        let of_policies = answer(&folder, "sound.yaml --policy policy.yaml --policy other.yaml");
        assert_eq!(incomplete(&of_policies), wanted);
        assert_eq!(of_policies["coverage"]["unknown"], 1);
        let before = answer(&folder, "sound.yaml --policy policy.yaml --old other.yaml");
        assert_eq!(incomplete(&before), wanted);
        for words in [
            "sound.yaml other.yaml --policy policy.yaml",
            "sound.yaml --policy policy.yaml --policy other.yaml",
        ] {
            assert_eq!(simulate(&folder, words).code, 3, "{words}");
        }
        let told = asked_over_mcp(&format!("{sound}---\n{text}---\n{POLICY}"));
        assert_eq!(told["coverage"]["incomplete"][0]["why"], why);
    }
}

#[test]
fn policies_of_one_name_that_are_not_alike_are_named_and_never_admit() {
    let other = POLICY.replace("!= 'bad'", "!= 'worse'");
    let folder = Folder::with(&[
        ("pod.yaml", &pod("bad")),
        ("a.yaml", POLICY),
        ("b.yaml", &other),
        ("c.yaml", POLICY),
    ]);
    for words in ["--policy a.yaml --policy b.yaml", "--policy b.yaml --policy a.yaml"] {
        let answer = answer(&folder, &format!("pod.yaml {words}"));
        let [(what, why)] = &incomplete(&answer)[..] else { panic!("{answer}") };
        assert_eq!(what, "ValidatingAdmissionPolicy a");
        assert!(why.starts_with("there are 2 of this name that are not alike"), "{why}");
        assert_eq!(answer["coverage"]["unknown"], 1);
    }
    let alike = answer(&folder, "pod.yaml --policy a.yaml --policy c.yaml");
    assert_eq!(results(&alike), [["a", "fail", "deny"]]);
    assert_eq!(alike["coverage"]["policies"], 1);
    let told = asked_over_mcp(&format!("{}---\n{POLICY}---\n{other}", pod("bad")));
    assert_eq!(told["coverage"]["incomplete"][0]["what"], "ValidatingAdmissionPolicy a");
}

#[test]
fn objects_of_one_name_before_are_named() {
    let (old, other) = (pod("sound"), pod("sound").replace("image: b", "image: c"));
    let two = format!("{old}---\n{other}---\n{}", pod("another"));
    let folder = Folder::with(&[("pod.yaml", &old), ("a.yaml", POLICY), ("two.yaml", &two)]);
    let answer = answer(&folder, "pod.yaml --policy a.yaml --old two.yaml");
    let why = "--old has several of this name that are not alike";
    assert_eq!(incomplete(&answer), [("Pod default/sound".to_owned(), why.to_owned())]);
    assert_eq!(answer["coverage"]["admitted"], 0);
}

#[test]
fn what_nothing_is_before_takes_no_old() {
    let folder = Folder::with(&[("pod.yaml", &pod("bad")), ("a.yaml", POLICY)]);
    for operation in ["create", "connect"] {
        let words = format!("pod.yaml --policy a.yaml --old pod.yaml --operation {operation}");
        let ended = simulate(&folder, &words);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(
            ended.stderr.contains(&format!("leave it out, or --operation {operation}")),
            "{}",
            ended.stderr
        );
    }
    for operation in ["update", "delete"] {
        let words = format!("pod.yaml --policy a.yaml --old pod.yaml --operation {operation}");
        assert!(simulate(&folder, &words).code != 2, "{words}");
    }
    let connect = simulate(&folder, "pod.yaml --policy a.yaml --operation connect");
    assert_eq!(connect.code, 3, "{}", connect.stdout);
    assert!(connect.stdout.contains("nothing connects to such an object"), "{}", connect.stdout);
}

#[test]
fn policies_among_the_objects_are_judged_and_said_not_to_be_asked() {
    let folder = Folder::with(&[
        ("all.yaml", &format!("{}---\n{POLICY}", pod("bad"))),
        ("other.yaml", POLICY),
    ]);
    let wrong = simulate(&folder, "all.yaml --policy other.yaml");
    assert!(wrong.stderr.contains("all.yaml holds policies"), "{}", wrong.stderr);
    let right = simulate(&folder, "all.yaml --policy all.yaml");
    assert_eq!((right.code, right.stderr.as_str()), (1, ""));
}

#[test]
fn a_kind_that_is_called_like_a_policy_moves_no_line() {
    let foreign = "apiVersion: nvidia.com/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec: {validations: [{expression: 'false'}]}\n";
    let folder =
        Folder::with(&[("pod.yaml", &pod("bad")), ("a.yaml", POLICY), ("z.yaml", foreign)]);
    let answer = answer(&folder, "pod.yaml --policy a.yaml --policy z.yaml");
    assert_eq!(results(&answer), [["a", "fail", "deny"]]);
    assert_eq!(answer["answers"][0]["reasons"][0]["file"], "a.yaml");
}
