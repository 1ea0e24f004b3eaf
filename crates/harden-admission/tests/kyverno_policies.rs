//! Agreement with what the projects' own test files expect of ClusterPolicies and Policies that validate.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, read files and say what it counted"
)]

use std::fs;
use std::path::{Path, PathBuf};

use harden_admission::kyverno::policy::Policies;
use harden_admission::kyverno::suite::{self, Engine, Files, Outcome};
use harden_admission::{Cluster, Object};
use harden_core::kubernetes::MinorVersion;
use harness::Need;

/// The version of the API server that the command stands for.
const VERSION: MinorVersion = MinorVersion(36);

const ENGINES: &[Engine] = &[Engine {
    takes: Policies::takes,
    read: |objects, cluster| Box::new(Policies::read(objects, cluster)),
}];

#[test]
fn validation_says_what_the_suites_expect() {
    let Some(folder) = Need::Answers.at("kyverno-policies").map(Folder) else { return };
    let suites = suite::find(&folder, "");
    let suites = suites.iter().filter(|it| folder.validates(it));
    let run = |path: &String| suite::run(&folder, path, ENGINES, VERSION).unwrap();
    // Some suites name files of another kind of tests, which are not in the data.
    let is_whole = |it: &Outcome| !it.message.starts_with("there is no file");
    let outcomes: Vec<Outcome> = suites.flat_map(run).filter(is_whole).collect();
    let judged = outcomes.iter().filter(|it| it.is_judged).count();
    let silent = outcomes.iter().filter(|it| it.is_judged && it.got.is_none()).count();
    let wrong: Vec<&Outcome> = outcomes.iter().filter(|it| it.is_judged && !it.is_right).collect();
    let all = outcomes.len();
    println!(
        "{all} expected results, {judged} judged, {silent} without an answer, {} wrong",
        wrong.len()
    );
    if judged < all {
        for it in outcomes.iter().filter(|it| !it.is_judged || !it.is_right || it.got.is_none()) {
            let Outcome { suite, policy, rule, resource, expected, got, message, .. } = it;
            println!("{suite}: {policy}/{rule} {resource}: {expected}, got {got:?}: {message}");
        }
    }
    assert!(wrong.is_empty(), "{} wrong", wrong.len());
    assert!(judged * 100 >= all * 95, "{judged} of {all}");
}

#[test]
fn policies_of_the_suites_are_admitted() {
    let Some(folder) = Need::Answers.at("kyverno-policies").map(Folder) else { return };
    let mut refused = Vec::new();
    let mut count = 0;
    for file in folder.files("") {
        let Some(text) = folder.read(&file) else { continue };
        let objects: Vec<Object> = harden_yaml::documents(&text)
            .filter_map(|it| serde_json::from_str(&it.to_json()?).ok().map(Object::new))
            .filter(Policies::takes)
            .collect();
        count += objects.len();
        let policies = Policies::read(&objects, &Cluster::new(VERSION));
        refused.extend(policies.refused().iter().map(|it| format!("{file}: {}", it.message)));
    }
    assert!(count > 150, "{count}");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Files of a folder.
struct Folder(PathBuf);

impl Folder {
    /// The paths of all files below a folder.
    fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        for name in self.list(folder).unwrap_or_default() {
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if self.0.join(&path).is_dir() {
                files.extend(self.files(&path));
            } else {
                files.push(path);
            }
        }
        files
    }

    /// Whether the policies that a test file is about are ClusterPolicies or Policies that validate.
    fn validates(&self, suite: &str) -> bool {
        let of_policy = Path::new(suite).parent().and_then(Path::parent).unwrap();
        let files = self.list(of_policy.to_str().unwrap()).unwrap_or_default();
        let texts = files.iter().filter_map(|it| self.read(of_policy.join(it).to_str()?));
        let mut is_one = false;
        for text in texts {
            let has = |line: &str| text.lines().any(|it| it == line);
            if has("kind: ClusterPolicy") || has("kind: Policy") {
                is_one |= text.contains("validate:") && !text.contains("mutate:");
            }
        }
        is_one
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
