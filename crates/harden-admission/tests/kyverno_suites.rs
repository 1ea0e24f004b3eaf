//! Agreement with what the projects' own test files expect of Kyverno's policies.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic and read files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harden_admission::kyverno::suite::{self, Engine, Files, Outcome};
use harden_core::kubernetes::MinorVersion;
use harness::Need;

/// The version of the API server that the command stands for.
const VERSION: MinorVersion = MinorVersion(36);

/// The engines that policies may be for.
const ENGINES: &[Engine] = &[];

#[test]
fn every_suite_is_read_and_gives_an_outcome_for_each_result() {
    let Some(outcomes) = outcomes() else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &outcomes {
        *counts.entry(outcome.expected.as_str()).or_default() += 1;
    }
    let expected = [("fail", 1152), ("pass", 1211), ("skip", 43)];
    assert_eq!(counts, BTreeMap::from(expected));
    // Without an engine, nothing passes for an answer.
    let judged = outcomes.iter().filter(|it| it.is_judged && !it.message.is_empty());
    assert!(judged.clone().all(|it| it.got.is_none()), "{:?}", judged.collect::<Vec<_>>());
}

/// The outcomes of all suites, which are not part of this repository.
fn outcomes() -> Option<Vec<Outcome>> {
    let folder = Folder(Need::Answers.at("kyverno-policies")?);
    let suites = suite::find(&folder, "");
    let run = |path: &String| suite::run(&folder, path, ENGINES, VERSION).unwrap();
    Some(suites.iter().flat_map(run).collect())
}

/// Files of a folder.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.join(path)).ok()
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let entries = fs::read_dir(Path::new(&self.0).join(folder)).ok()?;
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        Some(names)
    }
}
