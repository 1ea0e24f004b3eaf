//! Policies of others as templates, with the objects of their own tests.

use std::collections::BTreeSet;
use std::path::Path;

use harden_admission::Object;
use harden_admission::conversion::convert;
use harden_core::intents::Engine;
use harness::Need;
use serde_json::{Value, json};

use super::library::{files, read};
use super::records::{Question, Task};

/// Objects for each policy.
const OBJECTS: usize = 20;

/// A question for each policy of Kyverno's that is converted; none without them, which are not part of this repository.
pub(crate) fn questions() -> Option<Vec<Question>> {
    let root = Need::Answers.at("kyverno-policies")?;
    let mut questions = vec![parameters()];
    for folder in folders(&root).iter().flat_map(|it| folders(it)) {
        let documents = files(&folder).into_iter().flat_map(|it| read(Path::new(&it)));
        let documents: Vec<Object> = documents.filter(Value::is_object).map(Object::new).collect();
        let resources = resources(&documents);
        for policy in &documents {
            let is_policy = policy.is("kyverno.io", "ClusterPolicy")
                || policy.is("policies.kyverno.io", "ValidatingPolicy");
            let made = if is_policy {
                convert(std::slice::from_ref(policy), Engine::Gatekeeper).manifests
            } else {
                Vec::new()
            };
            if made.is_empty() {
                continue;
            }
            let mut objects: Vec<Value> = made.into_iter().map(|it| it.object).collect();
            objects.extend(resources.iter().cloned());
            questions.push(Question { name: policy.name().to_owned(), task: Task::Test, objects });
        }
    }
    Some(questions)
}

/// Some of the objects, each once, with their namespaces.
fn resources(documents: &[Object]) -> Vec<Value> {
    let is_resource = |it: &&Object| {
        !it.kind().is_empty()
            && !it.version().is_empty()
            && !it.name().is_empty()
            && !it.group().ends_with("kyverno.io")
            && !it.is("", "Namespace")
    };
    let mut seen = BTreeSet::new();
    let mut all: Vec<&Object> = documents.iter().filter(is_resource).collect();
    all.retain(|it| {
        seen.insert((it.kind().to_owned(), it.name().to_owned(), it.namespace().to_owned()))
    });
    let step = 1 + all.len() / OBJECTS;
    let all: Vec<&Object> = all.into_iter().step_by(step).collect();
    let names: BTreeSet<&str> =
        all.iter().map(|it| it.namespace()).filter(|it| !it.is_empty()).collect();
    let namespaces = names.iter().map(|it| {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": it, "labels": {"kubernetes.io/metadata.name": it},
        }})
    });
    namespaces.chain(all.iter().map(|it| it.json().clone())).collect()
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

/// A policy of the API server with parameters, selectors and several actions.
fn parameters() -> Question {
    let group = "admissionregistration.k8s.io/v1";
    let rules = json!([{
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps", "namespaces"],
    }]);
    let policy = json!({
        "apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "limits.example.com"},
        "spec": {
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "matchConstraints": {
                "resourceRules": rules,
                "namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "In", "values": ["x"]}]},
            },
            "matchConditions": [{"name": "told", "expression": "has(params.data.least)"}],
            "variables": [{"name": "params", "expression": "object.metadata.name"}],
            "validations": [{
                "expression": "size(variables.params) >= int(params.data.least)",
                "messageExpression": "'at least ' + params.data.least + ' of ' + params.metadata.name",
            }],
        },
    });
    let binding = |name: &str, least: &str| {
        json!({
            "apiVersion": group, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
            "spec": {
                "policyName": "limits.example.com", "validationActions": ["Audit", "Warn"],
                "paramRef": {"name": least, "namespace": "a", "parameterNotFoundAction": "Deny"},
                "matchResources": {"objectSelector": {"matchExpressions": [{"key": "off", "operator": "DoesNotExist"}]}},
            },
        })
    };
    let map = |namespace: &str, name: &str, labels: Value, data: Value| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
        })
    };
    let namespace = |name: &str, labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    let [three, five] = ["three", "five"].map(|it| {
        let least = if it == "three" { "3" } else { "5" };
        map("a", it, json!({}), json!({"least": least}))
    });
    let from = [policy, binding("b1", "three"), binding("b2", "five"), three.clone(), five.clone()];
    let made = convert(&from.map(Object::new), Engine::Gatekeeper);
    assert!(made.lost.is_empty(), "{:?}", made.lost);
    let mut objects: Vec<Value> = made.manifests.into_iter().map(|it| it.object).collect();
    objects.extend([
        namespace("a", json!({"team": "x"})),
        namespace("b", json!({"team": "y"})),
        namespace("long-enough", json!({"team": "x"})),
        three,
        five,
        map("a", "no", json!({}), json!({})),
        map("a", "off", json!({"off": "1"}), json!({})),
        map("b", "no", json!({}), json!({})),
        map("a", "four", json!({"on": "1"}), json!({})),
    ]);
    Question { name: "parameters".to_owned(), task: Task::Test, objects }
}
