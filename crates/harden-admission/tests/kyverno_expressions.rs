//! Agreement with what the projects' own test files expect of policies of `policies.kyverno.io`.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic and read files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harden_admission::kyverno::expressions::Policies;
use harden_admission::kyverno::suite::{self, Engine, Files, Outcome};
use harden_core::kubernetes::MinorVersion;
use harness::Need;

/// The version of the API server that the command stands for.
const VERSION: MinorVersion = MinorVersion(36);

/// What test files call the kinds.
const KINDS: [&str; 5] = [
    "validatingpolicy",
    "mutatingpolicy",
    "generatingpolicy",
    "imagevalidatingpolicy",
    "deletingpolicy",
];

const ENGINE: Engine = Engine {
    takes: Policies::takes,
    read: |objects, cluster| Box::new(Policies::read(objects, cluster)),
};

#[test]
fn every_result_that_is_expected_of_them_is_what_they_say() {
    let Some(outcomes) = outcomes() else { return };
    let (mut counts, mut wrong, mut unjudged): (
        BTreeMap<&str, usize>,
        Vec<&Outcome>,
        Vec<&Outcome>,
    ) = Default::default();
    for outcome in &outcomes {
        *counts.entry(outcome.expected.as_str()).or_default() += 1;
        if !outcome.is_judged {
            unjudged.push(outcome);
        } else if !outcome.is_right {
            wrong.push(outcome);
        }
    }
    eprintln!("{counts:?}, {} wrong, {} not judged", wrong.len(), unjudged.len());
    for outcome in wrong.iter().chain(&unjudged) {
        eprintln!(
            "{} {} {}/{}: expected {}, got {:?}: {}",
            outcome.suite,
            outcome.policy,
            outcome.kind,
            outcome.resource,
            outcome.expected,
            outcome.got,
            outcome.message
        );
    }
    assert!(wrong.is_empty());
}

/// The outcomes of all suites, which are not part of this repository, for policies of these kinds.
fn outcomes() -> Option<Vec<Outcome>> {
    let folder = Folder(Need::Answers.at("kyverno-policies")?);
    let suites = suite::find(&folder, "");
    let is_meant = |path: &&String| {
        let text = folder.read(path).unwrap().to_lowercase();
        KINDS.iter().any(|kind| text.contains(&format!("is{kind}: true")))
    };
    let run = |path: &String| suite::run(&folder, path, &[ENGINE], VERSION).unwrap();
    Some(suites.iter().filter(is_meant).flat_map(run).collect())
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
