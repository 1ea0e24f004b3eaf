//! All fixes of a pod together make it reach its level, and what the API server takes stays so.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "fixes/apply.rs"]
mod apply;
#[path = "random_pods/generator.rs"]
#[allow(dead_code, unused_imports, reason = "this test needs no settings of the generator")]
mod random_pods;
#[path = "random_pods/valid.rs"]
mod valid;
#[path = "random_pods/valid_containers.rs"]
mod valid_containers;
#[path = "random_pods/valid_volumes.rs"]
mod valid_volumes;

use std::collections::BTreeSet;

use apply::mended;
use harden_core::check::{Settings, check};
use harden_core::finding::Finding;
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::object::Origin;
use harden_core::pod_security::{evaluate_as_server, forbidden_detail};
use harden_core::rules::{all, usual};
use random_pods::{Random, pod};
use serde_json::{Value, json};
use valid::Use;

const LEVELS: [Level; 2] = [Level::Baseline, Level::Restricted];

fn settings(level: Level, version: MinorVersion) -> Settings {
    Settings { level, version, ..Settings::new(usual()) }
}

fn findings(level: Level, version: MinorVersion, text: &str) -> Vec<Finding> {
    check(settings(level, version), [text]).findings
}

/// The ids of rules that found something that nothing was done about.
fn left(findings: &[Finding]) -> BTreeSet<String> {
    let is_left = |it: &&Finding| it.fix().is_none();
    findings.iter().filter(is_left).map(|it| it.about.id.to_string()).collect()
}

/// What the Pod Security Standards still forbid of a pod, by its rules, and in the words of the API server.
fn forbidden(text: &str, level: Level, version: MinorVersion) -> (BTreeSet<String>, String) {
    let rules = findings(level, version, text).into_iter().filter(|it| it.about.level.is_some());
    let document = harden_yaml::parse(text).remove(0);
    let root = document.root();
    let (metadata, spec) = (root.at("metadata"), root.at("spec"));
    let failures = evaluate_as_server(level, version, metadata, spec, Origin::Pod);
    (rules.map(|it| it.about.id.to_string()).collect(), forbidden_detail(&failures))
}

#[test]
fn a_pod_of_any_shape_reaches_its_level_in_one_round() {
    let mut random = Random::new(21);
    let (mut reached, mut decided) = (0, 0);
    for round in 0..800 {
        let pod = pod(&mut random);
        // One without an image is a patch: what is not in it is elsewhere.
        let lists =
            ["initContainers", "containers", "ephemeralContainers"].map(|it| &pod["spec"][it]);
        let mut containers = lists.iter().filter_map(|it| it.as_array()).flatten();
        if containers.all(|it| it["image"].is_null()) {
            continue;
        }
        let text = pod.to_string();
        let level = LEVELS[round % 2];
        let version = MinorVersion(*random.pick(&[25, 26, 29, 30, 33, 34, 35, 37]));
        let found = findings(level, version, &text);
        let by_hand = left(&found);
        let fixed = mended(&text, &found);
        let (rules, words) = forbidden(&fixed, level, version);
        assert!(
            rules.is_subset(&by_hand),
            "{rules:?} at {level} {version}, by hand {by_hand:?}: {words}\nbefore: {text}\nafter: {fixed}"
        );
        let is_decided = found.iter().any(|it| it.about.level.is_some() && it.fix().is_none());
        assert!(is_decided || words.is_empty(), "{words}\nbefore: {text}\nafter: {fixed}");
        reached += usize::from(!is_decided);
        decided += usize::from(is_decided);
    }
    assert!(reached > 300 && decided > 40, "{reached} {decided}");
}

/// A text whose images are some that are known to write somewhere.
fn with_known_images(random: &mut Random, text: &str) -> String {
    const IMAGES: [&str; 5] =
        ["nginx:1", "redis:8", "mongo:8", "quay.io/prometheus/prometheus", "a.b/c:1"];
    let mut parts = text.split("example.com/image:1");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str(random.pick::<&str>(&IMAGES));
        text.push_str(part);
    }
    text
}

/// A pod that the API server takes, or a workload of such pods.
fn valid_object(random: &mut Random) -> Value {
    let drawn = pod(random);
    match random.below(4) {
        0 => {
            let (metadata, spec) = valid::mended(random, drawn, Use::Template);
            json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "p"}, "spec":
                {"schedule": "@daily", "jobTemplate": {"spec": {"template": {"metadata": metadata,
                "spec": spec}}}}})
        }
        1 => {
            let (metadata, spec) = valid::mended(random, drawn, Use::Template);
            json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "p"},
                "template": {"metadata": metadata, "spec": spec}})
        }
        _ => {
            let (mut metadata, spec) = valid::mended(random, drawn, Use::Pod);
            metadata["name"] = json!("p");
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        }
    }
}

#[test]
fn what_the_api_server_takes_it_takes_after_the_fixes_of_all_and_of_each_rule() {
    let mut random = Random::new(22);
    let mut checked = 0;
    for round in 0..300 {
        let text = valid_object(&mut random).to_string();
        let text = with_known_images(&mut random, &text);
        let level = LEVELS[round % 2];
        let version = MinorVersion(*random.pick(&[26, 30, 33, 35, 37]));
        let found = findings(level, version, &text);
        let flaws = |text: &str| -> BTreeSet<String> {
            let rules = all().filter(|it| it.category.name() == "schema");
            let found = check(Settings { version, ..Settings::new(rules) }, [text]).findings;
            found.iter().map(|it| format!("{}: {}", it.about.id, it.message)).collect()
        };
        let before = flaws(&text);
        let mut try_out = |chosen: &[Finding]| {
            let fixed = mended(&text, chosen);
            let after = flaws(&fixed);
            let new: Vec<_> = after.difference(&before).collect();
            let ids: BTreeSet<_> = chosen.iter().map(|it| it.about.id.to_string()).collect();
            assert!(new.is_empty(), "{ids:?} {version}: {new:?}\nbefore: {text}\nafter: {fixed}");
            checked += 1;
        };
        try_out(&found);
        found.iter().for_each(|it| try_out(std::slice::from_ref(it)));
    }
    assert!(checked > 1_000, "{checked}");
}
