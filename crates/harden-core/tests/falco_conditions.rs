//! Conditions are read, written and refused as Falco's own filter parser does, word for word.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and says what it skips"
)]

use std::fs;
use std::path::Path;

use harden_core::runtime::condition::Condition;
use serde::Deserialize;

/// How deep the parser by itself lets conditions nest.
const DEPTH: usize = 100;

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    condition: String,
    canonical: Option<String>,
    error: Option<String>,
}

#[test]
fn every_condition_is_what_falco_says_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("../shared/conformance/falco/conditions.jsonl");
    if !file.exists() {
        eprintln!(
            "SKIPPED: ../shared/conformance/falco is not here; conditions are not compared with Falco"
        );
        return;
    }
    let text = fs::read_to_string(file).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        count += 1;
        let (said, expected) = match Condition::read_within(&case.condition, DEPTH) {
            Ok(it) => (it.to_string(), case.canonical),
            Err(it) => (format!("{}:{}\t{}", it.line, it.column, it.text), case.error),
        };
        if Some(&said) != expected.as_ref() {
            wrong.push(format!("{}: {}\n  {said:?}\n  {expected:?}", case.id, case.condition));
        }
    }
    assert!(count > 2000, "only {count} conditions");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
}
