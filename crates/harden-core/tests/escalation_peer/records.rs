//! What kubesplaining said, by the hash of what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::situations::Situation;

/// Kind, namespace and name.
pub(crate) type Who = [String; 3];

/// A path that it found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) from: Who,
    /// What it leads to, and the namespace of that.
    pub(crate) to: [String; 2],
    /// Who takes each step, and its name for it.
    pub(crate) steps: Vec<(Who, String)>,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    sha256: String,
    paths: Vec<Found>,
}

/// What it said to all questions.
#[derive(Debug)]
pub(crate) struct Records(BTreeMap<String, Vec<Found>>);

impl Records {
    /// Those of the file; of the program, where it is there.
    pub(crate) fn of(situations: &[Situation]) -> Self {
        let Some(program) = env::var_os("HARDEN_KUBESPLAINING") else { return Self::read() };
        let all = situations.iter().map(|it| {
            let text = it.snapshot();
            let paths = ask(Path::new(&program), &text);
            (digest(&text), paths)
        });
        let all: BTreeMap<_, _> = all.collect();
        let lines = all.iter().map(|(sha256, paths)| {
            let record = Record { sha256: sha256.clone(), paths: paths.clone() };
            serde_json::to_string(&record).unwrap() + "\n"
        });
        fs::write(file(), lines.collect::<String>()).unwrap();
        Self(all)
    }

    fn read() -> Self {
        let text = fs::read_to_string(file()).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Record>(line).unwrap());
        Self(records.map(|it| (it.sha256, it.paths)).collect())
    }

    /// The paths that it found.
    pub(crate) fn paths(&self, situation: &Situation) -> &[Found] {
        let paths = self.0.get(&digest(&situation.snapshot()));
        paths.unwrap_or_else(|| {
            let name = &situation.name;
            panic!("nobody asked it about {name}: see tests/peers/kubesplaining/README.md")
        })
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/kubesplaining/paths.jsonl")
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn ask(program: &Path, snapshot: &str) -> Vec<Found> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.json");
    fs::write(&file, snapshot).unwrap();
    let mut command = Command::new(program);
    command.args([
        "scan",
        "--output-format",
        "json",
        "--all-findings",
        "--exclusions-preset",
        "none",
    ]);
    command.args(["--max-privesc-depth", "20", "--input-file"]).arg(file);
    let output = command.arg("--output-dir").arg(folder.path()).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let text = fs::read_to_string(folder.path().join("findings.json"));
    let text = text.unwrap_or_else(|error| panic!("{}: {error}: {words}", program.display()));
    let findings: Value = serde_json::from_str(&text).unwrap();
    let all = findings.as_array().or_else(|| findings["findings"].as_array()).unwrap();
    let mut paths: Vec<_> = all.iter().filter(|it| is_path(it)).map(found).collect();
    paths.sort();
    paths
}

fn is_path(finding: &Value) -> bool {
    let mut tags = finding["tags"].as_array().into_iter().flatten();
    tags.any(|it| it == "module:privesc")
}

fn found(finding: &Value) -> Found {
    let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let who = |it: &Value| [word(&it["kind"]), word(&it["namespace"]), word(&it["name"])];
    let steps = finding["escalation_path"].as_array().unwrap().iter();
    let evidence = &finding["evidence"];
    Found {
        from: who(&finding["subject"]),
        to: [word(&evidence["target"]), word(&evidence["target_namespace"])],
        steps: steps.map(|it| (who(&it["from_subject"]), word(&it["action"]))).collect(),
    }
}
