//! The same input says the same, in whatever order it comes and however it is split.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and says what it skips"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use harden_core::check::{Incremental, Outcome, Settings, Survey};
use harden_core::rules;
use harden_core::source::{Cut, Source};
use harden_yaml::{Document, Position};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The documents of a folder of real manifests, each of which stands for itself.
struct Corpus {
    name: String,
    documents: Vec<String>,
}

fn corpora() -> Vec<Corpus> {
    let Some(path) = harness::Need::Manifests.folder() else { return Vec::new() };
    let mut folders: Vec<_> = fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    folders.retain(|it| it.is_dir());
    folders
        .into_iter()
        .map(|folder| {
            let mut documents = Vec::new();
            collect(&folder, &mut documents);
            Corpus { name: folder.display().to_string(), documents }
        })
        .filter(|it| !it.documents.is_empty())
        .collect()
}

fn collect(folder: &Path, documents: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if path.is_dir() {
            collect(&path, documents);
        } else if is_yaml && let Ok(text) = harden_yaml::decode(&fs::read(&path).unwrap()) {
            documents.extend(parts(&text));
        }
    }
}

/// The documents of a text that mean the same wherever they stand: sound ones without comments that
/// speak of lines.
fn parts(text: &str) -> Vec<String> {
    if text.trim_start().starts_with('{') || text.contains("harden: ignore") {
        return Vec::new();
    }
    let sections = harden_yaml::sections(text).into_iter().map(|it| it.text(text));
    let is_sound = |text: &&str| {
        let document = Document::parse_yaml(text.trim_start_matches("---"));
        !document.is_rejected() && !document.is_empty() && document.problems().is_empty()
    };
    let sound = sections.map(|it| it.trim_start_matches("---\n")).filter(is_sound);
    sound.map(|it| format!("{}\n", it.trim_end())).collect()
}

/// What is found, wherever it is: rule, object and place in it, message.
type Found = BTreeMap<(String, String, String, String), usize>;

fn found(outcome: &Outcome<'_>) -> Found {
    let mut found = Found::new();
    for finding in &outcome.findings {
        let object = finding.object.as_ref().map(ToString::to_string).unwrap_or_default();
        let path = finding.spots.first().map(|it| it.path.to_string()).unwrap_or_default();
        let what = (finding.about.id.to_string(), object, path, finding.message.to_string());
        *found.entry(what).or_default() += 1;
    }
    found
}

fn settings() -> Settings {
    Settings::new(rules::all())
}

fn check(sources: Vec<Source<'_>>) -> (Found, [usize; 4]) {
    let mut survey = Survey::new(settings());
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    let outcome = run.finish();
    let coverage = &outcome.coverage;
    let [privileged, baseline, restricted] = coverage.levels;
    (found(&outcome), [coverage.objects, privileged, baseline, restricted])
}

fn one_file(documents: &[&str]) -> Vec<Source<'static>> {
    vec![Source::new("all.yaml", documents.join("---\n"))]
}

fn files(documents: &[&str], size: usize) -> Vec<Source<'static>> {
    let chunks = documents.chunks(size.max(1)).enumerate();
    chunks.map(|(at, it)| Source::new(format!("{at}.yaml"), it.join("---\n"))).collect()
}

/// As the items of a stream come, each by itself.
fn items(documents: &[&str]) -> Vec<Source<'static>> {
    let start = Position { line: 1, column: 1 };
    let cut = |text: &&str| {
        let cut = Cut { start, list: Arc::default() };
        Source::cut("stdin".into(), (*text).to_owned(), cut)
    };
    documents.iter().map(cut).collect()
}

fn edited(documents: &[&str]) -> (Found, [usize; 4]) {
    let mut incremental = Incremental::new(settings());
    // Half of it, then all of it, with the first half last.
    let (one, other) = documents.split_at(documents.len() / 2);
    incremental.check(&one_file(one));
    let outcome = incremental.check(&one_file(&[other, one].concat()));
    let [privileged, baseline, restricted] = outcome.coverage.levels;
    (found(&outcome), [outcome.coverage.objects, privileged, baseline, restricted])
}

#[test]
fn documents_say_the_same_in_every_order_and_split() {
    let cases = std::env::var("HARDEN_RANDOM_ORDERS").ok().and_then(|it| it.parse().ok());
    for Corpus { name, documents } in corpora() {
        let all: Vec<&str> = documents.iter().map(String::as_str).collect();
        // More takes long and says no more.
        let some: Vec<&str> = all.iter().copied().take(400).collect();
        let config =
            Config { cases: cases.unwrap_or(3), failure_persistence: None, ..Config::default() };
        let ways = (Just(some.clone()).prop_shuffle(), 1_usize..50);
        let expected = check(one_file(&some));
        TestRunner::new(config)
            .run(&ways, |(shuffled, size)| {
                for (way, result) in [
                    ("one file", check(one_file(&shuffled))),
                    ("files", check(files(&shuffled, size))),
                    ("a stream", check(items(&shuffled))),
                    ("edited", edited(&shuffled)),
                ] {
                    let differs: Vec<_> = differences(&result.0, &expected.0).collect();
                    prop_assert!(differs.is_empty(), "{name} as {way}: {differs:#?}");
                    prop_assert_eq!(result.1, expected.1);
                }
                Ok(())
            })
            .unwrap();
    }
}

fn differences<'f>(one: &'f Found, other: &'f Found) -> impl Iterator<Item = String> + use<'f> {
    let all = one.keys().chain(other.keys().filter(|it| !one.contains_key(*it)));
    all.filter(|it| one.get(*it) != other.get(*it))
        .map(|it| format!("{it:?}: {:?} rather than {:?}", one.get(it), other.get(it)))
        .take(5)
}
