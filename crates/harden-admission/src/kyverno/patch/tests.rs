//! Patches, and what Kyverno makes of them.

use serde_json::Value;

use super::*;

/// What Kyverno's patchers answered, a case a line: `resource`, `patch` or `json`, and `result` or `error`.
const ANSWERS: &str = include_str!("answers.jsonl");

#[test]
fn every_patch_makes_of_its_resource_what_kyverno_makes() {
    let mut differences = Vec::new();
    let mut count = 0;
    for line in ANSWERS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let ours = match case.get("json") {
            Some(text) => apply(&case["resource"], text.as_str().unwrap()),
            None => merge(&case["resource"], &case["patch"]),
        };
        count += 1;
        let is_right = match (&ours, case.get("result")) {
            (Ok(ours), Some(theirs)) => ours == theirs,
            (Err(Failure::Error(_)), None) => case.get("panic").is_none(),
            (Err(Failure::NotJudged(_)), None) => case.get("panic").is_some(),
            _ => false,
        };
        if !is_right {
            let shown = ours.map(|it| it.to_string());
            differences.push(format!("{line}\n{shown:?}"));
        }
    }
    assert!(count > 100);
    let shown = differences.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(differences.is_empty(), "{} of {count} differ:\n{shown}", differences.len());
}
