//! Random pods get from upstream's own evaluator the verdict, the checks and the message that they
//! get here.
//!
//! `HARDEN_RANDOM_PODS` sets how many there are in all, `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "random_pods/generator.rs"]
mod random_pods;

use std::collections::BTreeMap;

use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::object::Origin;
use harden_core::pod_security::{
    CHECKS, CheckFailure, Profile, Version, evaluate, evaluate_as_server, forbidden_detail,
};
use harden_yaml::{Document, Place};
use harness::Oracle;
use random_pods::{Case, Random, case, count, pod, report, seed};
use serde_json::{Map, Value, json};

const PODS: u64 = 5_000;
const PODS_IN_CI: u64 = 200_000;

#[test]
fn random_pods_are_judged_as_upstream_judges_them() {
    compare("psa", evaluate);
}

#[test]
fn random_pods_are_judged_on_creation_as_upstream_judges_them() {
    compare("psa-created", evaluate_created);
}

type Evaluation = for<'d> fn(Level, MinorVersion, Place<'d>, Place<'d>) -> Vec<CheckFailure<'d>>;

/// Each of the two comparisons has half of the pods.
fn compare(kind: &str, evaluation: Evaluation) {
    let Some(mut oracle) = Oracle::for_test(kind) else { return };
    let (pods, seed) = (count(PODS_IN_CI, PODS).div_ceil(2), seed());
    let mut random = Random::new(seed);
    let (mut left, mut allowed) = (pods, 0);
    while left > 0 {
        let batch = left.min(10_000);
        left -= batch;
        let questions: Vec<Value> = (0..batch).map(|_| question(case(&mut random))).collect();
        for (question, theirs) in questions.iter().zip(oracle.ask_all(&questions)) {
            let ours = answer(question, evaluation);
            allowed += u64::from(ours["allowed"] == true);
            assert_eq!(
                ours, theirs,
                "HARDEN_RANDOM_SEED={seed}, {question}\nours {ours}\nupstream's {theirs}"
            );
        }
    }
    report(&format!(
        "{kind}: {pods} random pods, {allowed} of them allowed, none judged otherwise than \
         upstream does, HARDEN_RANDOM_SEED={seed}"
    ));
}

fn evaluate_created<'d>(
    level: Level,
    version: MinorVersion,
    metadata: Place<'d>,
    spec: Place<'d>,
) -> Vec<CheckFailure<'d>> {
    evaluate_as_server(level, version, metadata, spec, Origin::Pod)
}

#[test]
fn random_pods_break_every_check_and_none() {
    let mut random = Random::new(1);
    let mut broken: BTreeMap<&str, u32> = BTreeMap::new();
    let mut allowed = BTreeMap::new();
    for _ in 0..5_000 {
        let case = case(&mut random);
        let level = case.level;
        let ours = answer(&question(case), evaluate);
        if ours["allowed"] == true {
            *allowed.entry(level).or_insert(0) += 1;
        }
        for check in ours["checks"].as_array().unwrap() {
            let known = CHECKS.iter().find(|it| check == it.id).unwrap();
            *broken.entry(known.id).or_default() += 1;
        }
    }
    assert_eq!(broken.len(), CHECKS.len(), "{broken:?}");
    assert!(broken.values().all(|count| *count >= 20), "{broken:?}");
    assert!(allowed["baseline"] > 200 && allowed["restricted"] > 200, "{allowed:?}");
}

#[test]
fn the_same_seed_makes_the_same_pods() {
    let pods = |seed| {
        let mut random = Random::new(seed);
        (0..50).map(|_| pod(&mut random)).collect::<Vec<_>>()
    };
    assert_eq!(pods(7), pods(7));
    assert_ne!(pods(7), pods(8));
}

#[test]
fn a_pod_is_allowed_exactly_when_no_check_fails() {
    let seed = seed();
    let mut random = Random::new(seed);
    for _ in 0..2_000 {
        let question = question(case(&mut random));
        let text = question["pod"].to_string();
        let document = Document::parse_json(&text);
        let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
        let pod = harden_core::pod_security::Pod::read(metadata, spec);
        let profile = Profile::new(level(&question), version(&question));
        let is_clean = profile.evaluate(&pod).is_empty();
        assert_eq!(profile.allows(&pod), is_clean, "HARDEN_RANDOM_SEED={seed}, {question}");
    }
}

fn question(case: Case) -> Value {
    let Case { level, version, pod } = case;
    let entries = [("level", level.into()), ("version", version.into()), ("pod", pod)];
    entries.map(|(key, value)| (key.to_owned(), value)).into_iter().collect::<Map<_, _>>().into()
}

/// The answer as the oracle words it.
fn answer(question: &Value, evaluation: Evaluation) -> Value {
    let text = question["pod"].to_string();
    let document = Document::parse_json(&text);
    let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
    let failures = evaluation(level(question), version(question), metadata, spec);
    let checks: Vec<&str> = failures.iter().map(|failure| failure.check.id).collect();
    json!({
        "allowed": failures.is_empty(),
        "message": forbidden_detail(&failures),
        "checks": checks,
    })
}

fn level(question: &Value) -> Level {
    question["level"].as_str().unwrap().parse().unwrap()
}

fn version(question: &Value) -> MinorVersion {
    let version: Version = question["version"].as_str().unwrap().parse().unwrap();
    version.effective(MinorVersion::NEWEST_KNOWN)
}
