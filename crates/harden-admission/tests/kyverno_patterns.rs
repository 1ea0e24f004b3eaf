//! Agreement with Kyverno's own engine over recorded answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic and start programs"
)]

use std::process::Command;

use harden_admission::kyverno::{Pattern, Verdict};
use harness::Need;
use serde_json::{Value, json};

/// The differences that are shown when something differs.
const SHOWN: usize = 20;

#[test]
fn every_pattern_says_of_its_resource_what_kyverno_says() {
    let Some(cases) = cases() else { return };
    let mut differences = Vec::new();
    for case in &cases {
        let ours = answer(&case["pattern"], &case["resource"]);
        let theirs = ["result", "path", "reason"].map(|it| &case[it]);
        if theirs != ["result", "path", "reason"].map(|it| &ours[it]) {
            differences.push(format!("{}\n  {theirs:?}\n  {ours}", case["id"]));
        }
    }
    assert_eq!(cases.len(), 12_000);
    let shown = differences.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} differ:\n{shown}", differences.len());
}

/// What we say, in the form of the recorded answers.
fn answer(pattern: &Value, resource: &Value) -> Value {
    let Ok(pattern) = Pattern::read(pattern) else {
        return json!({"result": "error", "reason": "refused"});
    };
    match pattern.judge(resource) {
        Verdict::Pass => json!({"result": "pass"}),
        Verdict::Skip { .. } => json!({"result": "skip"}),
        Verdict::Fail { path, .. } => json!({"result": "fail", "path": path}),
        Verdict::Error { .. } => json!({"result": "error", "reason": "engine"}),
    }
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
