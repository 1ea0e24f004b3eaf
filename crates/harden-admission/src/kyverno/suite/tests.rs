//! Small test files of Kyverno.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::cluster::stated;
use crate::{Action, Changed, PolicyName, Verdict};

/// An engine for tests: a rule says of an object what is in the object's label of the rule's name, and
/// nothing where it has none. Rules of `mutate` first set the annotation `by`, on the request's object and
/// on all that the policy's annotation `targets` names.
struct Labels(Object);

fn read(objects: &[Object], _: &Cluster) -> Box<dyn Policies> {
    Box::new(Labels(objects[0].clone()))
}

fn takes(object: &Object) -> bool {
    object.group() == "kyverno.io"
}

const ENGINE: Engine = Engine { takes, read };

impl Labels {
    fn answers(&self, key: &str, object: &Object) -> Vec<Answer> {
        let rules = self.0.at("/spec/rules").unwrap().as_array().unwrap();
        let rules = rules.iter().filter(|it| it.get(key).is_some());
        let answer = |rule: &Value| {
            let rule = rule["name"].as_str().unwrap();
            let plain = rule.trim_start_matches("autogen-");
            let verdict = match object.label(plain)? {
                "pass" => Verdict::Pass,
                "fail" => Verdict::Fail,
                "skip" => Verdict::Skip,
                _ => Verdict::NotJudged,
            };
            Some(Answer {
                policy: self.name(),
                rule: rule.to_owned(),
                verdict,
                action: Action::Deny,
                message: format!("{} says so", self.0.name()),
                reasons: Vec::new(),
            })
        };
        rules.filter_map(answer).collect()
    }

    fn name(&self) -> PolicyName {
        let [kind, namespace, name] =
            [self.0.kind(), self.0.namespace(), self.0.name()].map(str::to_owned);
        PolicyName { kind, namespace, name }
    }

    fn annotated(&self, object: &Object) -> Object {
        let mut json = object.json().clone();
        let steps = ["metadata", "annotations", "by"].map(str::to_owned);
        stated::set(&mut json, &steps, &self.0.name().into());
        Object::new(json)
    }
}

impl Policies for Labels {
    fn refused(&self) -> &[Answer] {
        &[]
    }

    fn mutate(&self, request: &Request<'_>) -> Mutated {
        let object = request.subject().unwrap();
        let answers = self.answers("mutate", object);
        let name = self.0.at("/metadata/annotations/target").and_then(Value::as_str);
        let Some(target) = name.and_then(|it| request.cluster.get("", "Secret", "default", it))
        else {
            let object = (!answers.is_empty()).then(|| self.annotated(object));
            return Mutated { object, answers, others: Vec::new() };
        };
        let rule = answers.first().map(|it| it.rule.clone()).unwrap_or_default();
        let others = vec![Changed { policy: self.name(), rule, object: self.annotated(target) }];
        Mutated { object: None, answers, others }
    }

    fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.answers("validate", request.subject().unwrap())
    }
}

fn policy(name: &str, rules: &[(&str, &str)]) -> String {
    let rules = rules.iter().map(|(name, key)| json!({"name": name, *key: {}}));
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
        "metadata": {"name": name}, "spec": {"rules": rules.collect::<Vec<_>>()},
    })
    .to_string()
}

fn pod(name: &str, labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}})
}

/// The outcomes of a test with a policy and pods, as lines.
fn lines(policy: &str, pods: &[Value], more: &[(&str, String)], entries: &[Value]) -> Vec<String> {
    let mut test = json!({
        "apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Test", "metadata": {"name": "t"},
        "policies": ["../policy.yaml"], "resources": ["pods.yaml"], "results": entries,
    });
    let mut files = BTreeMap::from([("a/policy.yaml".to_owned(), policy.to_owned())]);
    let pods: Vec<String> = pods.iter().map(Value::to_string).collect();
    files.insert("a/t/pods.yaml".to_owned(), pods.join("\n---\n"));
    for (key, text) in more {
        let name = format!("{key}.yaml");
        files.insert(format!("a/t/{name}"), text.clone());
        match *key {
            "variables" | "userinfo" => test[*key] = name.into(),
            "targetResources" => test[*key] = json!([name]),
            _ => {}
        }
    }
    files.insert("a/t/kyverno-test.yaml".to_owned(), test.to_string());
    let outcomes = run(&files, &find(&files, "")[0], &[ENGINE], MinorVersion(36)).unwrap();
    let line = |it: &Outcome| {
        let got = it.got.map_or("nothing", Verdict::word);
        let right = ["wrong", "right"][usize::from(it.is_right)];
        let judged = ["not judged", right][usize::from(it.is_judged)];
        format!("{} {} {got}: {judged}", it.resource, it.expected)
    };
    outcomes.iter().map(line).collect()
}

#[test]
fn answers_are_found_by_rule_and_resource() {
    let policy = policy("p", &[("r", "validate"), ("autogen-q", "validate")]);
    let pods = [
        pod("one", &json!({"r": "pass", "q": "fail"})),
        pod("two", &json!({"r": "fail", "q": "unknown"})),
        pod("three", &json!({})),
    ];
    let entries = [
        json!({"policy": "p", "rule": "r", "resources": ["one", "default/two"], "result": "pass"}),
        json!({"policy": "p", "rule": "q", "resources": ["one", "two"], "result": "fail"}),
        json!({"policy": "p", "rule": "r", "resources": ["three"], "result": "fail"}),
        json!({"policy": "other", "rule": "r", "resources": ["one"], "result": "pass"}),
        json!({"policy": "p", "rule": "r", "result": "fail"}),
    ];
    let expected = [
        "one pass pass: right",
        "default/two pass fail: wrong",
        "one fail fail: right",
        "two fail not-judged: not judged",
        "three fail nothing: right",
        "one pass nothing: wrong",
        "default/one fail pass: wrong",
        "default/two fail fail: right",
        "default/three fail nothing: right",
    ];
    assert_eq!(lines(&policy, &pods, &[], &entries), expected);
}

#[test]
fn what_a_resource_becomes_is_compared() {
    let policy = policy("p", &[("r", "mutate")]);
    let pods = [pod("one", &json!({"r": "pass"})), pod("two", &json!({"r": "pass"}))];
    let mut one = pods[0].clone();
    one["metadata"]["annotations"] = json!({"by": "p"});
    let more = [("patched", one.to_string()), ("other", pods[0].to_string())];
    let entry = |resource, file, fails| {
        json!({
            "policy": "p", "rule": "r", "resources": [resource], "result": "pass",
            "patchedResources": file, "failOnMissingResources": fails,
        })
    };
    let entries = [
        entry("one", "patched.yaml", false),
        entry("one", "other.yaml", false),
        entry("two", "patched.yaml", false),
        entry("two", "patched.yaml", true),
        entry("one", "absent.yaml", false),
    ];
    let expected = [
        "one pass pass: right",
        "one pass pass: wrong",
        "two pass nothing: right",
        "two pass pass: wrong",
        "one pass pass: wrong",
    ];
    assert_eq!(lines(&policy, &pods, &more, &entries), expected);
}

#[test]
fn targets_are_found_by_what_rules_make_of_them() {
    let policy = policy("p", &[("r", "mutate")]).replacen(
        "\"name\"",
        "\"annotations\":{\"target\":\"s\"},\"name\"",
        1,
    );
    let pods = [pod("one", &json!({"r": "pass"}))];
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
    let mut patched = secret.clone();
    patched["metadata"]["annotations"] = json!({"by": "p"});
    let more = [
        ("targetResources", secret.to_string()),
        ("patched", patched.to_string()),
        ("same", secret.to_string()),
    ];
    let entry = |file| {
        json!({
            "policy": "p", "rule": "r", "resources": ["s"], "result": "pass",
            "patchedResources": file,
        })
    };
    let entries = [entry("patched.yaml"), entry("same.yaml")];
    let expected = ["s pass pass: right", "s pass pass: wrong"];
    assert_eq!(lines(&policy, &pods, &more, &entries), expected);
}

#[test]
fn variables_change_the_object_and_the_operation() {
    let policy = policy("p", &[("r", "validate")]);
    let pods = [pod("one", &json!({})), pod("two", &json!({"r": "fail"}))];
    let values = json!({
        "apiVersion": "cli.kyverno.io/v1alpha1", "kind": "Values", "metadata": {"name": "v"},
        "policies": [{"name": "p", "resources": [
            {"name": "one", "values": {"request.object.metadata.labels.r": "pass"}},
            {"name": "two", "values": {
                "request.operation": "DELETE", "request.oldObject.metadata.labels.r": "skip",
            }},
        ]}],
    });
    let entries =
        [json!({"policy": "p", "rule": "r", "resources": ["one", "two"], "result": "skip"})];
    let more = [("variables", values.to_string())];
    let expected = ["one skip pass: wrong", "two skip skip: right"];
    assert_eq!(lines(&policy, &pods, &more, &entries), expected);
}

#[test]
fn a_policy_that_no_engine_takes_is_not_judged() {
    let policy = json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
        "metadata": {"name": "p"}, "spec": {},
    });
    let entries = [json!({"policy": "p", "resources": ["one"], "result": "pass"})];
    let found = lines(&policy.to_string(), &[pod("one", &json!({}))], &[], &entries);
    assert_eq!(found, ["one pass not-judged: not judged"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let test = |policies: &str| {
        let text = format!("apiVersion: a/v1\nkind: Test\npolicies: [{policies}]\n");
        let bad = ("bad.yaml".to_owned(), "a: [".to_owned());
        let files = BTreeMap::from([("kyverno-test.yaml".to_owned(), text), bad]);
        run(&files, FILE, &[], MinorVersion(36)).unwrap_err().to_string()
    };
    let absent = test("x.yaml");
    assert_eq!(absent, "x.yaml: there is no such file: correct the path in the test");
    assert!(test("bad.yaml").starts_with("bad.yaml: line 1, column "), "{}", test("bad.yaml"));
    assert!(test("'https://x/y'").ends_with("put the file beside the test"));
}
