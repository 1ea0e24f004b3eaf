//! Verdicts, identifiers and messages are those that upstream's evaluator gave for its own fixtures
//! and for generated pods.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::object::Origin;
use harden_core::pod_security::{
    CHECKS, CheckFailure, Profile, Version, evaluate, evaluate_as_server, forbidden_detail,
};
use harden_yaml::Document;
use serde_json::Value;

#[test]
fn every_upstream_fixture_gets_upstreams_verdict_checks_and_message() {
    let Some(folder) = conformance_data() else { return };
    let mut differences = Vec::new();
    let mut count = 0;
    for expected in lines(&folder.join("expected.jsonl")) {
        let file = expected["file"].as_str().unwrap();
        let mut parts = file.split('/');
        let level: Level = parts.next().unwrap().parse().unwrap();
        let version = minor(parts.next().unwrap());
        let text = std::fs::read_to_string(folder.join("testdata").join(file)).unwrap();
        let document = Document::parse_yaml(&text);
        let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
        // The answers are for pods whose volumes are defaulted, and nothing else.
        let failures = evaluate_as_server(level, version, metadata, spec, Origin::Template);
        differences.extend(difference(file, &expected, &failures));
        count += 1;
    }
    assert_eq!(count, 4537);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_generated_case_gets_upstreams_verdict_checks_and_message() {
    let Some(folder) = conformance_data() else { return };
    let mut differences = Vec::new();
    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    let cases = lines(&folder.join("cases.jsonl"));
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let level: Level = case["level"].as_str().unwrap().parse().unwrap();
        let version = minor(case["version"].as_str().unwrap());
        let text = case["pod"].to_string();
        let document = Document::parse_json(&text);
        let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
        let failures = evaluate(level, version, metadata, spec);
        for failure in &failures {
            *hits.entry(failure.check.id).or_default() += 1;
        }
        differences.extend(difference(id, case, &failures));
    }
    assert_eq!(cases.len(), 1500);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert_eq!(hits.len(), CHECKS.len(), "checks that no case breaks: {hits:?}");
}

#[test]
fn the_verdict_alone_is_that_of_the_evaluation() {
    let Some(folder) = conformance_data() else { return };
    for case in lines(&folder.join("cases.jsonl")) {
        let level: Level = case["level"].as_str().unwrap().parse().unwrap();
        let profile = Profile::new(level, minor(case["version"].as_str().unwrap()));
        let text = case["pod"].to_string();
        let document = Document::parse_json(&text);
        let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
        let pod = harden_core::pod_security::Pod::read(metadata, spec);
        assert_eq!(profile.allows(&pod), case["allowed"].as_bool().unwrap(), "{}", case["id"]);
    }
}

fn difference(name: &str, expected: &Value, failures: &[CheckFailure<'_>]) -> Option<String> {
    let message = forbidden_detail(failures);
    let checks: Vec<&str> = failures.iter().map(|failure| failure.check.id).collect();
    let is_same = expected["allowed"] == failures.is_empty()
        && expected["message"] == message.as_str()
        && expected["checks"] == Value::from(checks.clone());
    (!is_same).then(|| {
        let (theirs, their_checks) = (&expected["message"], &expected["checks"]);
        format!("{name}\n  {theirs} {their_checks}\n  {message:?} {checks:?}")
    })
}

fn minor(version: &str) -> MinorVersion {
    version.parse::<Version>().unwrap().effective(MinorVersion::NEWEST_KNOWN)
}

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The folder with upstream's answers, which is not part of this repository.
fn conformance_data() -> Option<PathBuf> {
    harness::Need::Answers.at("psa")
}
