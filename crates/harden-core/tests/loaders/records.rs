//! What the code of each version said, by the hash of what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, thread};

use harden_core::kubernetes::MinorVersion;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What is asked of a version's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// `audit`, `encryption`, `admission` or `objects`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

impl Question {
    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(self.kind.as_bytes());
        digest.update([0]);
        digest.update(self.text.as_bytes());
        digest.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// What all versions said to one question; a line of the file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    kind: String,
    sha256: String,
    /// The minor versions that loaded it.
    accepted: Vec<u16>,
    /// Those that did not, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<u16, String>,
}

/// What the versions said to all questions.
#[derive(Debug, Default)]
pub(crate) struct Records(BTreeMap<String, Record>);

impl Records {
    /// Those of the file, or of the programs when they are there.
    pub(crate) fn of(questions: Vec<(MinorVersion, Question)>) -> Self {
        match std::env::var_os("HARDEN_LOADERS") {
            Some(folder) => Self::ask(Path::new(&folder), questions),
            None => Self::read(),
        }
    }

    /// What a version said.
    pub(crate) fn answer(&self, question: &Question, version: MinorVersion) -> Result<(), &str> {
        let record = self.0.get(&question.digest());
        if record.is_some_and(|it| it.accepted.contains(&version.0)) {
            return Ok(());
        }
        let refused = record.and_then(|it| it.refused.get(&version.0));
        let Question { kind, text } = question;
        Err(refused.unwrap_or_else(|| {
            panic!(
                "nobody asked {version} about this: build the programs of tests/peers/loaders into a folder, and \
                 run this test with HARDEN_LOADERS=FOLDER\n{kind}: {text}"
            )
        }))
    }

    fn read() -> Self {
        let text = fs::read_to_string(file()).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Record>(line).unwrap());
        Self(records.map(|it| (it.sha256.clone(), it)).collect())
    }

    fn ask(folder: &Path, questions: Vec<(MinorVersion, Question)>) -> Self {
        let mut by_version = BTreeMap::<MinorVersion, BTreeMap<String, Question>>::new();
        for (version, question) in questions {
            by_version.entry(version).or_default().insert(question.digest(), question);
        }
        let mut records = BTreeMap::<String, Record>::new();
        // They wait for KMS plugins, which are not there.
        let answers: Vec<_> = thread::scope(|scope| {
            let ask = |(version, questions): (&MinorVersion, &'_ BTreeMap<String, Question>)| {
                ask(&folder.join(version.to_string()), questions.values())
            };
            let asked: Vec<_> = by_version.iter().map(|it| scope.spawn(move || ask(it))).collect();
            asked.into_iter().map(|it| it.join().unwrap()).collect()
        });
        for ((version, questions), answers) in by_version.into_iter().zip(answers) {
            for ((sha256, question), answer) in questions.into_iter().zip(answers) {
                let kind = question.kind.to_owned();
                let record = records.entry(sha256.clone()).or_default();
                (record.kind, record.sha256) = (kind, sha256);
                match answer["error"].as_str() {
                    None => record.accepted.push(version.0),
                    Some(error) => drop(record.refused.insert(version.0, error.to_owned())),
                }
            }
        }
        let lines = records.values().map(|it| serde_json::to_string(it).unwrap() + "\n");
        fs::write(file(), lines.collect::<String>()).unwrap();
        Self(records)
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/loaders/verdicts.jsonl")
}

fn ask<'q>(program: &Path, questions: impl Iterator<Item = &'q Question>) -> Vec<Value> {
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child =
        command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<_> = questions
        .map(|Question { kind, text }| format!("{}\n", json!({ "kind": kind, "text": text })))
        .collect();
    let count = lines.len();
    let writer = thread::spawn(move || {
        lines.iter().for_each(|line| input.write_all(line.as_bytes()).unwrap());
    });
    let output = BufReader::new(child.stdout.take().unwrap());
    let answers: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success() && answers.len() == count, "{}", program.display());
    answers
}
