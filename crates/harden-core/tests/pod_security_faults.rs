//! Doing what the faults of a failure ask for makes the check pass.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "random_pods/generator.rs"]
#[allow(dead_code, unused_imports, reason = "this test needs no settings of the generator")]
mod random_pods;

use std::collections::BTreeSet;

use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::object::Origin;
use harden_core::pod_security::{CheckFailure, Version, evaluate_as_server, forbidden_detail};
use harden_yaml::{Action, Document};
use random_pods::{Random, case};
use serde_json::{Map, Value};

#[test]
fn a_pod_that_is_changed_as_its_faults_say_is_allowed() {
    let mut random = Random::new(11);
    let mut changed = 0;
    for _ in 0..3_000 {
        let case = case(&mut random);
        let level: Level = case.level.parse().unwrap();
        let version = case.version.parse::<Version>().unwrap();
        let version = version.effective(MinorVersion::NEWEST_KNOWN);
        let mut pod = case.pod.clone();
        let undecided = change(&mut pod, level, version);
        changed += 1;
        let text = pod.to_string();
        let document = Document::parse_json(&text);
        for failure in evaluate(&document, level, version) {
            assert!(
                undecided.contains(failure.check.id),
                "{} still fails at {level} {version}: {}\nbefore: {}\nafter: {text}",
                failure.check.id,
                failure.detail,
                case.pod
            );
        }
    }
    assert_eq!(changed, 3_000);
}

#[test]
fn every_failure_says_where_it_is() {
    let mut random = Random::new(12);
    for _ in 0..1_000 {
        let case = case(&mut random);
        let text = case.pod.to_string();
        let document = Document::parse_json(&text);
        let version = case.version.parse::<Version>().unwrap();
        let version = version.effective(MinorVersion::NEWEST_KNOWN);
        let failures = evaluate(&document, case.level.parse().unwrap(), version);
        for failure in &failures {
            assert!(!failure.faults.is_empty(), "{}: {text}", forbidden_detail(&failures));
            for fault in &failure.faults {
                let path = fault.place.path();
                assert!(path.starts_with("spec") || path.starts_with("metadata"), "{path}");
            }
        }
    }
}

fn evaluate<'d>(
    document: &'d Document<'_>,
    level: Level,
    version: MinorVersion,
) -> Vec<CheckFailure<'d>> {
    let (metadata, spec) = (document.root().at("metadata"), document.root().at("spec"));
    evaluate_as_server(level, version, metadata, spec, Origin::Pod)
}

/// Changes a pod, and returns the checks that leave something to decide.
fn change(pod: &mut Value, level: Level, version: MinorVersion) -> BTreeSet<&'static str> {
    let text = pod.to_string();
    let document = Document::parse_json(&text);
    let mut undecided = BTreeSet::new();
    let mut removals = Vec::new();
    for failure in evaluate(&document, level, version) {
        for fault in failure.faults {
            let pointer = fault.place.pointer().unwrap();
            let steps: Vec<_> = pointer.steps().map(String::from).collect();
            match fault.change {
                Some(Action::Set(value)) => set(pod, &steps, value),
                Some(Action::Remove) => removals.push(steps),
                other => {
                    assert_eq!(other, None);
                    undecided.insert(failure.check.id);
                }
            }
        }
    }
    // Items with a higher index go first, so that the others stay where they are.
    removals.sort_by_key(|steps| steps.last().unwrap().parse::<usize>().unwrap_or(0));
    removals.dedup();
    for steps in removals.iter().rev() {
        remove(pod, steps);
    }
    undecided
}

fn set(value: &mut Value, steps: &[String], setting: Value) {
    let Some((first, rest)) = steps.split_first() else {
        *value = setting;
        return;
    };
    if let Value::Array(items) = value {
        return set(&mut items[first.parse::<usize>().unwrap()], rest, setting);
    }
    if value.is_null() {
        *value = Map::new().into();
    }
    let map = value.as_object_mut().expect("a map");
    set(map.entry(first.clone()).or_insert(Value::Null), rest, setting);
}

fn remove(value: &mut Value, steps: &[String]) {
    let (first, rest) = steps.split_first().unwrap();
    match value {
        Value::Array(items) if rest.is_empty() => {
            items.remove(first.parse().unwrap());
        }
        Value::Array(items) => remove(&mut items[first.parse::<usize>().unwrap()], rest),
        Value::Object(map) if rest.is_empty() => {
            map.shift_remove(first);
        }
        other => remove(&mut other[first.as_str()], rest),
    }
}
