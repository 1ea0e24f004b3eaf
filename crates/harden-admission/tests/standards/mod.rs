//! The intents of a level of the Pod Security Standards refuse what upstream's checks of that level refuse.
//!
//! `HARDEN_RANDOM_PODS` sets how many of the 1,500 generated pods are judged; all of them take half a minute.

mod changed;
mod fixtures;
mod judges;
mod large;
mod wrapped;

use std::{env, thread};

use harden_core::kubernetes::Level;
use serde_json::Value;

use crate::told::WAYS;
use fixtures::{Case, Pods};
use judges::Judges;

#[test]
fn every_engine_finds_in_upstreams_fixtures_what_upstreams_checks_find() {
    let Some((pods, cases)) = fixtures::upstream() else { return };
    assert_eq!(cases.len(), 4537);
    let differing = differing(&pods, &cases);
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), shown(&differing));
}

#[test]
fn every_engine_finds_in_generated_pods_what_upstreams_checks_find() {
    let Some((pods, cases)) = fixtures::generated() else { return };
    assert_eq!(cases.len(), 1500);
    let count = env::var("HARDEN_RANDOM_PODS").ok().and_then(|it| it.parse().ok()).unwrap_or(200);
    let mut cases: Vec<_> = cases.into_iter().step_by(1500 / count.clamp(1, 1500)).collect();
    // Upstream was asked about these as they are. No server has them so when it asks policies.
    let mut defaulted = 0;
    for case in cases.iter_mut().filter(|it| fixtures::is_defaulted(pods.get(it.pod))) {
        case.checks = fixtures::checks(case.level, case.version, pods.get(case.pod));
        defaulted += 1;
    }
    assert!((1..150).contains(&defaulted), "{defaulted} of {}", cases.len());
    let differing = differing(&pods, &cases);
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), shown(&differing));
}

/// Where an engine finds something else than upstream.
fn differing(pods: &Pods, cases: &[Case]) -> Vec<String> {
    let of_way = |way| {
        let mut judges = Judges::new(way);
        let mut differing = Vec::new();
        for case in cases {
            let found = judges.checks(case.level, case.version, pods, case.pod);
            if found != case.checks {
                let (name, wanted) = (&case.name, &case.checks);
                differing.push(format!("{way:?} {name}: {found:?} instead of {wanted:?}"));
            }
        }
        differing
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            WAYS.into_iter().map(|way| scope.spawn(move || of_way(way))).collect();
        threads.into_iter().flat_map(|it| it.join().unwrap()).collect()
    })
}

fn shown(differing: &[String]) -> String {
    differing.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
}

/// The levels that demand something.
const LEVELS: [Level; 2] = [Level::Baseline, Level::Restricted];

/// A pod that no check objects to.
fn sound() -> Value {
    serde_json::json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container("app")],
        },
    })
}

fn container(name: &str) -> Value {
    serde_json::json!({
        "name": name,
        "image": "registry.example.com/web:1.4.2",
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
    })
}
