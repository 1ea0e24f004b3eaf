//! Expressions and modules of Rego.

use serde_json::{Value, json};

use super::records::{Question, Task};

/// An expression a line.
const EXPRESSIONS: &str = include_str!("expressions.txt");
/// A module a line, with its libraries.
const MODULES: &str = include_str!("modules.jsonl");

pub(crate) fn questions() -> Vec<Question> {
    let expressions = EXPRESSIONS.lines().map(|it| {
        let rego = format!(
            "package k\nviolation[{{\"msg\": msg}}] {{\n  x := {it}\n  msg := sprintf(\"%v %v\", [x, type_name(x)])\n}}\n"
        );
        question(it, &json!({"version": "v0", "rego": rego, "libs": []}))
    });
    let modules = MODULES.lines().map(|it| question(it, &serde_json::from_str(it).unwrap()));
    expressions.chain(modules).collect()
}

/// A template with a source, and a Pod.
fn question(name: &str, source: &Value) -> Question {
    let objects = vec![
        json!({
            "apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": "k"},
            "spec": {"crd": {"spec": {"names": {"kind": "K"}}}, "targets": [{
                "target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": source}],
            }]},
        }),
        json!({
            "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K", "metadata": {"name": "k"},
            "spec": {"match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}},
        }),
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}}),
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "namespace": "ns", "labels": {"app": "b"}},
            "spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]},
        }),
    ];
    Question { name: name.to_owned(), task: Task::Test, objects }
}
