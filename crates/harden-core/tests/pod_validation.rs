//! What upstream's validation refuses in pods, a rule about schemas reports, and nothing else.
//!
//! `HARDEN_RANDOM_PODS` sets how many pods there are, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "pod_validation/mistakes.rs"]
mod mistakes;
#[path = "pod_validation/mutation.rs"]
mod mutation;
#[allow(dead_code, reason = "what makes pods from nothing needs more of it")]
#[path = "random_pods/random.rs"]
mod random_pods;
#[path = "random_pods/settings.rs"]
mod settings;

use harden_core::check::{Settings, check};
use harden_core::rules;
use harness::Oracle;
use mistakes::AIMED;
use mutation::mutate;
use random_pods::Random;
use serde_json::Value;
use settings::{count, report, seed};

const BASES: &str = include_str!("pod_validation/bases.yaml");
const PODS: u64 = 3_000;
const PODS_IN_CI: u64 = 60_000;

/// What upstream refuses and no rule reports, and why that is so. An error belongs here if it holds all the
/// words.
const NOT_SAID_HERE: &[(&[&str], &str)] = &[];

/// What upstream says only because there is no API server around it: nothing is privileged, and no account is
/// given to a pod.
const NOT_OF_THE_SERVER: &[&str] =
    &["disallowed by cluster policy", "must not be specified when serviceAccountName is not set"];

#[test]
fn rules_speak_when_upstream_refuses_a_pod_and_else_are_silent() {
    let Some(mut oracle) = Oracle::for_test("pod-validate") else { return };
    let (pods, seed) = (count(PODS_IN_CI, PODS), seed());
    let mut random = Random::new(seed);
    let bases = bases();
    let cases: Vec<Value> =
        (0..pods).map(|_| mutate(random.pick(&bases), AIMED, &mut random)).collect();
    let (mut refused, mut wrong) = (0, Vec::new());
    for (case, answer) in cases.iter().zip(oracle.ask_all(&cases)) {
        let theirs = errors(&answer, has_prefix(case));
        let ours = said(case);
        refused += u64::from(!theirs.is_empty());
        let is_of_volumes = theirs.iter().any(|it| it.starts_with("spec.volumes["));
        let missed = theirs.iter().filter(|it| {
            // A volume that is refused is not there to upstream.
            let is_volume = is_of_volumes && it.contains("Not found");
            !is_volume && !is_known(it)
        });
        let missed = if is_part(case) { 0 } else { missed.count() };
        if (ours.is_empty() && missed > 0) || (!ours.is_empty() && theirs.is_empty()) {
            wrong.push(format!("upstream: {theirs:?}\nhere: {ours:?}\n{case}\n"));
        }
    }
    let first: Vec<_> = wrong.iter().take(20).cloned().collect();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} of {pods}\n{}",
        wrong.len(),
        first.join("\n")
    );
    assert!(refused * 3 > pods, "only {refused} pods are refused");
    report(&format!(
        "{pods} random pods, {refused} of them refused, all as upstream does, HARDEN_RANDOM_SEED={seed}"
    ));
}

#[test]
fn the_pods_that_are_mutated_are_accepted() {
    let Some(mut oracle) = Oracle::for_test("pod-validate") else { return };
    for base in bases() {
        assert_eq!(errors(&oracle.ask(&base), has_prefix(&base)), [""; 0], "{base}");
        assert_eq!(said(&base), [""; 0], "{base}");
    }
}

fn bases() -> Vec<Value> {
    let documents = harden_yaml::parse(BASES);
    let texts = documents.iter().filter_map(harden_yaml::Document::to_json);
    texts.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

/// Whether the API server makes a name for it.
fn has_prefix(pod: &Value) -> bool {
    pod["metadata"]["generateName"].as_str().is_some_and(|it| !it.is_empty())
}

/// The complaints of upstream, of which that of a name is left out where the API server makes one; what cannot
/// be decoded is a complaint, too.
fn errors(answer: &Value, has_prefix: bool) -> Vec<String> {
    match answer["errors"].as_array() {
        Some(all) => {
            let all = all.iter().map(|it| it.as_str().unwrap());
            let is_of_server = |it: &&str| {
                NOT_OF_THE_SERVER.iter().all(|no| !it.contains(no))
                    && !(has_prefix && it.contains("name or generateName is required"))
            };
            all.filter(is_of_server).map(str::to_owned).collect()
        }
        None => vec![answer["error"].as_str().unwrap().to_owned()],
    }
}

/// Whether the pod runs nothing, so that it counts as a part of another manifest.
fn is_part(pod: &Value) -> bool {
    ["containers", "initContainers"]
        .iter()
        .filter_map(|it| pod["spec"][*it].as_array())
        .flatten()
        .all(|it| it["image"].is_null())
}

fn is_known(error: &str) -> bool {
    NOT_SAID_HERE.iter().any(|(words, _)| words.iter().all(|it| error.contains(it)))
}

/// What the rules about schemas say.
fn said(pod: &Value) -> Vec<String> {
    let text = pod.to_string();
    let outcome = check(Settings::new(rules::schema::RULES.iter().copied()), [text.as_str()]);
    outcome.findings.iter().map(|it| format!("{}: {}", it.about.id, it.message)).collect()
}
