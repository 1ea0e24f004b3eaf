//! Agreement with what Gatekeeper's library expects of its own templates.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic and read files"
)]

use std::fs;
use std::path::{Path, PathBuf};

use harden_admission::gatekeeper::suite::{self, Outcome, Verified};
use harden_admission::kyverno::suite::Files;
use harden_core::kubernetes::MinorVersion;
use harness::Need;

/// Of a hundred cases, those that are judged at least.
const JUDGED: usize = 95;

#[test]
fn every_case_that_is_judged_is_judged_as_the_library_expects() {
    let Some(outcomes) = outcomes() else { return };
    assert!(outcomes.len() > 100, "{} cases", outcomes.len());
    let of = |result: Verified| outcomes.iter().filter(move |it| it.result == result);
    let wrong: Vec<_> = of(Verified::Wrong).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), outcomes.len());
    let left: Vec<_> = of(Verified::NotJudged).collect();
    let judged = outcomes.len() - left.len();
    assert!(judged * 100 >= outcomes.len() * JUDGED, "{judged} of {}: {left:#?}", outcomes.len());
}

/// The outcomes of all suites, which are not part of this repository.
fn outcomes() -> Option<Vec<Outcome>> {
    let folder = Folder(Need::Answers.at("gatekeeper-library")?);
    let suites = suite::find(&folder, "");
    let run = |path: &String| suite::run(&folder, path, MinorVersion(36)).unwrap();
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
