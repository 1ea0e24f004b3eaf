//! Agreement with what the projects' own test files expect of Kyverno's policies.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, read files and say what it counted"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harden_admission::kyverno::suite::{self, Engine, Files, Outcome};
use harden_admission::kyverno::{expressions, policy};
use harden_core::kubernetes::MinorVersion;
use harness::Need;

/// The version of the API server that the command stands for.
const VERSION: MinorVersion = MinorVersion(36);

/// The engines that policies may be for.
const ENGINES: &[Engine] = &[
    Engine {
        takes: policy::Policies::takes,
        read: |objects, cluster| Box::new(policy::Policies::read(objects, cluster)),
    },
    Engine {
        takes: expressions::Policies::takes,
        read: |objects, cluster| Box::new(expressions::Policies::read(objects, cluster)),
    },
];

#[test]
fn every_suite_gives_an_outcome_for_each_result_and_no_wrong_one() {
    let Some(folder) = folder() else { return };
    let outcomes = outcomes(&folder, suite::find(&folder, ""));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &outcomes {
        *counts.entry(outcome.expected.as_str()).or_default() += 1;
    }
    let expected = [("fail", 1152), ("pass", 1211), ("skip", 43)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_right(&outcomes, 95);
}

#[test]
fn mutations_make_what_the_suites_expect() {
    let Some(folder) = folder() else { return };
    let mut suites = suite::find(&folder, "");
    suites.retain(|it| folder.mutates(it));
    assert_right(&outcomes(&folder, suites), 85);
}

/// Asserts that no outcome is wrong, and that so many percent are judged; shows all others.
fn assert_right(outcomes: &[Outcome], percent: usize) {
    // Some of the suites name files that the data does not have.
    let is_given = |it: &&Outcome| !it.message.starts_with("there is no file");
    let outcomes: Vec<&Outcome> = outcomes.iter().filter(is_given).collect();
    let judged = outcomes.iter().filter(|it| it.is_judged).count();
    let is_silent = |it: &&&Outcome| it.is_judged && it.got.is_none();
    let silent = outcomes.iter().filter(is_silent).count();
    let wrong = outcomes.iter().filter(|it| it.is_judged && !it.is_right).count();
    let all = outcomes.len();
    println!("{all} expected results, {judged} judged, {silent} without an answer, {wrong} wrong");
    for it in outcomes.iter().filter(|it| !it.is_right || it.got.is_none()) {
        let Outcome { suite, policy, rule, resource, expected, got, message, .. } = it;
        println!("{suite}: {policy}/{rule} {resource}: {expected}, got {got:?}: {message}");
    }
    assert_eq!(wrong, 0);
    assert!(judged * 100 >= all * percent, "{judged} of {all}");
}

fn folder() -> Option<Folder> {
    Need::Answers.at("kyverno-policies").map(Folder)
}

/// The outcomes of suites, which are not part of this repository.
fn outcomes(folder: &Folder, suites: Vec<String>) -> Vec<Outcome> {
    let run = |path: String| suite::run(folder, &path, ENGINES, VERSION).unwrap();
    suites.into_iter().flat_map(run).collect()
}

/// Files of a folder.
struct Folder(PathBuf);

impl Folder {
    /// Whether the policy that a test file is about is a ClusterPolicy that mutates.
    fn mutates(&self, suite: &str) -> bool {
        let of_policy = Path::new(suite).parent().and_then(Path::parent).unwrap();
        let files = self.list(of_policy.to_str().unwrap()).unwrap_or_default();
        let texts = files.iter().filter_map(|it| self.read(of_policy.join(it).to_str()?));
        let is_one = |text: String| {
            text.lines().any(|it| it == "kind: ClusterPolicy") && text.contains("mutate:")
        };
        texts.into_iter().any(is_one)
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.join(path)).ok()
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let entries = fs::read_dir(self.0.join(folder)).ok()?;
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        Some(names)
    }
}
