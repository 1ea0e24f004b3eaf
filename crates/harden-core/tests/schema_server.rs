//! A real API server finds in mutated objects the unknown fields, wrong types and missing fields that
//! are found here.
//!
//! `HARDEN_RANDOM_OBJECTS` sets how many mutations there are, `HARDEN_RANDOM_CUSTOM` how many custom objects,
//! `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "schema_server/custom.rs"]
mod custom;
#[path = "schema_server/mutation.rs"]
mod mutation;
#[path = "schema_server/verdict.rs"]
mod verdict;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harden_core::schema::{Crds, FlawKind};
use harness::{ControlPlane, Need, Options};
use mutation::{Random, fields, mutate};
use serde_json::Value;
use verdict::{Verdict, ours, server};

const SAMPLES: &str = include_str!("schema_server/samples.yaml");
const MUTATIONS: u64 = 1_500;
const SEED: u64 = 1;

/// What the server may say of a mutated object that is not said here, and why.
const NOT_SAID_HERE: &[(&str, &str)] =
    &[("Go struct field JSONSchemaProps.", "schemas in lists of schemas are not looked at")];

#[test]
fn the_server_drops_and_rejects_what_is_found_here() {
    let Some(plane) = plane() else { return };
    let seed = setting("HARDEN_RANDOM_SEED", SEED);
    let mut random = Random::new(seed);
    let bases = bases();
    let cases: Vec<Value> = (0..setting("HARDEN_RANDOM_OBJECTS", MUTATIONS))
        .map(|_| mutate(random.pick(&bases), &mut random))
        .collect();
    let answers = server(&plane, &folder("mutated"), &cases);
    let (mut found, mut differences) = (0, Vec::new());
    for (case, said) in cases.iter().zip(answers) {
        if NOT_SAID_HERE.iter().any(|(words, _)| said.text.contains(words)) {
            continue;
        }
        let here = ours(case, &Crds::default());
        let (theirs, here) = (Verdict::of_server(&said), Verdict::of_flaws(&here));
        found += u64::from(here != Verdict::default());
        if theirs != here {
            differences
                .push(format!("server: {theirs:?}\nhere: {here:?}\n{}\n{case}\n", said.text));
        }
    }
    assert!(
        differences.is_empty(),
        "seed {seed}: {}\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(
        found * 3 > setting("HARDEN_RANDOM_OBJECTS", MUTATIONS),
        "only {found} mutations matter"
    );
}

#[test]
fn the_server_insists_on_every_field_that_is_required_here() {
    let Some(plane) = plane() else { return };
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for base in bases() {
        for field in fields(&base) {
            let mut case = base.clone();
            mutation::remove(&mut case, &field);
            for flaw in ours(&case, &Crds::default()) {
                let is_new = flaw.kind == FlawKind::MissingField
                    && seen.insert((case["kind"].to_string(), flaw.path));
                if is_new {
                    cases.push((case.clone(), flaw.message));
                }
            }
        }
    }
    assert!(cases.len() > 100, "only {} required fields in the samples", cases.len());
    let objects: Vec<Value> = cases.iter().map(|(case, _)| case.clone()).collect();
    let answers = server(&plane, &folder("incomplete"), &objects);
    let taken = cases.iter().zip(answers).filter(|(_, said)| !said.is_rejection_of_content());
    let taken: Vec<String> = taken
        .map(|((case, message), said)| format!("{}: {message}: {}", case["kind"], said.text))
        .collect();
    assert!(taken.is_empty(), "{} of {}:\n{}", taken.len(), cases.len(), taken.join("\n"));
}

#[test]
fn the_samples_are_sound() {
    for sample in samples() {
        let flaws = ours(&sample, &Crds::default());
        assert!(flaws.is_empty(), "{sample}\n{flaws:?}");
    }
}

/// Pods need no ServiceAccount there, so that nothing else is in the way.
fn plane() -> Option<ControlPlane> {
    ControlPlane::for_test(&Options { no_controllers: true, ..Options::default() })
}

fn samples() -> Vec<Value> {
    objects_of(SAMPLES)
}

fn objects_of(text: &str) -> Vec<Value> {
    let documents = harden_yaml::parse(text);
    let json =
        documents.iter().filter(|it| !it.is_empty()).filter_map(harden_yaml::Document::to_json);
    json.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

/// The samples, and of the corpora at most eight objects of a kind that are short and
/// sound.
fn bases() -> Vec<Value> {
    let mut bases = samples();
    for corpus in ["kube-prometheus", "microservices-demo", "kubernetes-examples"] {
        let Some(folder) = Need::Manifests.at(corpus) else { continue };
        let mut files = Vec::new();
        collect(&folder, &mut files);
        for file in files {
            let text = fs::read(&file).unwrap();
            let Ok(text) = harden_yaml::decode(&text) else { continue };
            for mut object in objects_of(&text) {
                let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
                let Some(metadata) = metadata else { continue };
                metadata.shift_remove("namespace");
                // Statuses are not looked at: users do not write them.
                object.as_object_mut().unwrap().shift_remove("status");
                let alike = bases.iter().filter(|it| it["kind"] == object["kind"]).count();
                let is_short = object.to_string().len() < 10_000;
                let is_one = object["kind"] != "List";
                // kubectl judges the labels of custom objects whatever the server knows of them.
                let api_version = object["apiVersion"].as_str().unwrap_or_default();
                let group = api_version.split_once('/').map_or("", |(group, _)| group);
                let is_built_in = !group.contains('.') || group.ends_with(".k8s.io");
                if alike < 8 && is_one && is_short && is_built_in && is_sound(&object) {
                    bases.push(object);
                }
            }
        }
    }
    bases
}

fn is_sound(object: &Value) -> bool {
    ours(object, &Crds::default()).is_empty()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|it| it == "yaml") {
            files.push(entry);
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("schema-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |it| it.parse().unwrap())
}
