//! Patterns with Kyverno's own recorded answers.

use std::collections::BTreeMap;
use std::process::Command;

use harden_admission::cel::{Environment, Program, Type, Value as Cel};
use harden_core::kubernetes::MinorVersion;
use harness::Need;
use serde_json::{Value, json};

use super::to_kyverno;

/// Of so many recorded answers one is looked at.
const STRIDE: usize = 16;

#[test]
fn patterns_as_expressions_refuse_what_kyverno_refuses() {
    let Some(cases) = cases() else { return };
    let environment = Environment::new(MinorVersion(36)).with_type("object", Type::Dyn);
    let (mut judged, mut lost, mut wrong) = (0, BTreeMap::<String, usize>::new(), Vec::new());
    for case in cases.iter().step_by(STRIDE) {
        let converted = to_kyverno(policy(&case["pattern"]));
        if let Some(it) = converted.lost.first() {
            *lost.entry(it.why.clone()).or_default() += 1;
            continue;
        }
        let expression =
            converted.manifests[0].object["spec"]["validations"][0]["expression"].clone();
        let expression = expression.as_str().unwrap();
        let object = Cel::from_json(&case["resource"]);
        let variables = BTreeMap::from([("object".to_owned(), object)]);
        let ours = match Program::compile(expression, &environment) {
            Ok(it) => format!("{:?}", it.evaluate(&variables)),
            Err(it) => format!("{it}"),
        };
        let is_refused = matches!(case["result"].as_str(), Some("fail" | "error"));
        let expected = format!("Ok(Bool({}))", !is_refused);
        judged += 1;
        if ours != expected {
            let [pattern, resource] = ["pattern", "resource"].map(|it| &case[it]);
            wrong.push(format!(
                "{pattern}\n  {resource}\n  {}\n  {expression}\n  {ours}",
                case["result"]
            ));
        }
    }
    println!("{judged} judged, {} differ, not converted: {lost:#?}", wrong.len());
    let shown = wrong.iter().take(8).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} differ:\n{shown}", wrong.len());
    assert!(judged * 10 >= cases.len() / STRIDE * 7, "{judged}");
}

fn policy(pattern: &Value) -> Value {
    json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": [{
            "name": "r",
            "match": {"any": [{"resources": {"kinds": ["ConfigMap"]}}]},
            "validate": {"pattern": pattern},
        }]},
    })
}

/// Kyverno's answers, which are not part of this repository.
fn cases() -> Option<Vec<Value>> {
    let file = Need::Answers.at("kyverno-patterns.jsonl.xz")?;
    let Ok(output) = Command::new("xz").arg("-dc").arg(&file).output() else {
        harness::skip(Need::Programs, "no program `xz`: install the package xz-utils");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}
