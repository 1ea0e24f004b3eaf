//! What a real API server refuses in objects of many kinds, a rule about schemas reports, and nothing else.
//!
//! `HARDEN_RANDOM_PODS` sets how many random objects there are, `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "object_validation/mistakes.rs"]
mod mistakes;
#[path = "pod_validation/mutation.rs"]
mod mutation;
#[allow(dead_code, reason = "warnings are of no interest here")]
#[path = "random_pods/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "what makes pods from nothing needs more of it")]
#[path = "random_pods/random.rs"]
mod random_pods;
#[path = "random_pods/settings.rs"]
mod settings;

use harden_core::check::{Settings, check};
use harden_core::rules;
use harness::{ControlPlane, Options};
use mistakes::AIMED;
use mutation::{aim, mutate};
use proxy::{Proxy, Reply};
use random_pods::Random;
use serde_json::Value;
use settings::{count, report, seed};

const BASES: &str = include_str!("object_validation/bases.yaml");
const OBJECTS: u64 = 600;
const OBJECTS_IN_CI: u64 = 6_000;

/// What the server refuses and no rule reports, and why that is so.
const NOT_SAID_HERE: &[(&str, &str)] = &[
    ("does not match the namespace sent on the request", "no request is known"),
    ("unknown time zone", "there is no list of time zones here"),
    ("spec.template: Required value", "what runs nothing may be part of another manifest"),
    ("spec.containers: Required value", "what runs nothing may be part of another manifest"),
    ("spec.ports: Required value", "what leads to nothing may be part of another manifest"),
    ("must specify API group", "which version began to ask for it is not known"),
    ("failed to allocate IP", "the addresses of a cluster are not known"),
    ("port is already allocated", "the ports that a cluster has given away are not known"),
    ("spec.accessModes: Required value", "what asks for nothing may be part of another manifest"),
    ("spec.healthCheckNodePort: Invalid value", "the API server makes this port from another one"),
];

#[test]
fn rules_speak_when_a_server_refuses_an_object_and_else_are_silent() {
    // Pods need no ServiceAccount there, so that nothing else is in the way.
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    let proxy = Proxy::start(&plane);
    let bases = bases();
    for base in &bases {
        let reply = create(&proxy, base);
        assert_eq!(reply.code, 201, "{base}\n{}", reply.message);
        assert_eq!(said(base), [""; 0], "{base}");
    }
    let (objects, seed) = (count(OBJECTS_IN_CI, OBJECTS), seed());
    let mut random = Random::new(seed);
    let mut cases = aimed(&bases);
    cases.extend((0..objects).map(|_| mutate(random.pick(&bases), AIMED, &mut random)));
    let (mut refused, mut wrong) = (0, Vec::new());
    for case in &cases {
        let (reply, ours) = (create(&proxy, case), said(case));
        let is_refused = reply.code != 201;
        refused += u64::from(is_refused);
        let is_part = case["spec"].is_null() && !case["metadata"].is_null();
        let is_known = is_part
            || runs_nothing(case)
            || NOT_SAID_HERE.iter().any(|(words, _)| reply.message.contains(words));
        if is_refused == ours.is_empty() && !(is_refused && is_known) {
            wrong.push(format!(
                "server: {} {}\nhere: {ours:?}\n{case}\n",
                reply.code, reply.message
            ));
        }
    }
    let first: Vec<_> = wrong.iter().take(40).cloned().collect();
    let all = cases.len();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} of {all}\n{}",
        wrong.len(),
        first.join("\n")
    );
    report(&format!(
        "{all} objects, {refused} of them refused, all as the server does, HARDEN_RANDOM_SEED={seed}"
    ));
}

/// Whether no container of a workload has an image, so that it may be a part of another manifest.
fn runs_nothing(object: &Value) -> bool {
    const WORKLOADS: &[&str] =
        &["CronJob", "DaemonSet", "Deployment", "Job", "ReplicationController", "StatefulSet"];
    let is_workload = object["kind"].as_str().is_some_and(|it| WORKLOADS.contains(&it));
    is_workload && !object.to_string().contains("\"image\":")
}

/// Each aimed mistake by itself, in every object of its kind.
fn aimed(bases: &[Value]) -> Vec<Value> {
    let mut cases = Vec::new();
    for mistake in AIMED {
        for base in bases.iter().filter(|it| it["kind"] == mistake.0) {
            let mut case = base.clone();
            aim(&mut case, mistake);
            if case != *base {
                cases.push(case);
            }
        }
    }
    cases
}

fn bases() -> Vec<Value> {
    let documents = harden_yaml::parse(BASES);
    let texts = documents.iter().filter_map(harden_yaml::Document::to_json);
    texts.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

fn create(proxy: &Proxy, object: &Value) -> Reply {
    let version = object["apiVersion"].as_str().unwrap();
    let kind = object["kind"].as_str().unwrap().to_lowercase();
    let root = if version.contains('/') { "/apis" } else { "/api" };
    // Without one, or with one that is none, it is created in that of the path.
    let is_of_cluster = ["persistentvolume", "priorityclass", "namespace"].contains(&kind.as_str());
    let namespace = if is_of_cluster { "" } else { "/namespaces/default" };
    let plural = match kind.as_str() {
        "ingress" => "ingresses".to_owned(),
        "priorityclass" => "priorityclasses".to_owned(),
        _ => format!("{kind}s"),
    };
    proxy.create(&format!("{root}/{version}{namespace}/{plural}"), &object.to_string())
}

/// What the rules about schemas say.
fn said(object: &Value) -> Vec<String> {
    let text = object.to_string();
    let outcome = check(Settings::new(rules::schema::RULES.iter().copied()), [text.as_str()]);
    outcome.findings.iter().map(|it| format!("{}: {}", it.about.id, it.message)).collect()
}
