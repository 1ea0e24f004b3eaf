//! What engines said of images, by the hash of the policies and the situations.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, thread};

use harden_core::generators::image_policy::Verifier;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::situations::Situation;

/// What an engine is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The options, in words.
    pub(crate) name: String,
    pub(crate) policies: Vec<Value>,
    pub(crate) situations: Vec<Situation>,
}

impl Question {
    fn digest(&self) -> String {
        let situations: Vec<_> = self.situations.iter().map(Situation::text).collect();
        let text = json!([self.policies, situations]).to_string();
        Sha256::digest(text.as_bytes()).iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// What an engine said to a question; a line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    sha256: String,
    /// A letter for each situation; none where the policies are only read.
    verdicts: String,
    /// Why the engine does not take the policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What an engine said to all questions.
#[derive(Debug)]
pub(crate) struct Records {
    peer: &'static str,
    by_digest: BTreeMap<String, Record>,
}

impl Records {
    /// Those of the file, or of the program where it is at hand.
    pub(crate) fn of(verifier: Verifier, questions: &[Question]) -> Self {
        let (peer, variable) = match verifier {
            Verifier::Kyverno => ("kyverno", "HARDEN_KYVERNO"),
            Verifier::PolicyController => ("policy-controller", "HARDEN_POLICY_CONTROLLER"),
        };
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../tests/peers/{peer}/images.jsonl"));
        let program = std::env::var_os("HARDEN_IMAGES").and_then(|_| std::env::var_os(variable));
        if let Some(program) = program {
            ask(verifier, &PathBuf::from(program), questions, &file);
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        let records = text.lines().map(|it| serde_json::from_str::<Record>(it).unwrap());
        Self { peer, by_digest: records.map(|it| (it.sha256.clone(), it)).collect() }
    }

    /// A letter for each situation.
    ///
    /// # Errors
    ///
    /// The engine does not take the policies.
    pub(crate) fn answer(&self, question: &Question) -> Result<&str, &str> {
        let Some(record) = self.by_digest.get(&question.digest()) else {
            panic!(
                "nobody asked {} about this: tests/peers/signed-images/README.md says how\n{}",
                self.peer, question.name
            )
        };
        record.error.as_deref().map_or(Ok(record.verdicts.as_str()), Err)
    }
}

fn ask(verifier: Verifier, program: &Path, questions: &[Question], file: &Path) {
    let mut command = Command::new(program);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<_> = questions
        .iter()
        .map(|it| {
            let asked = match verifier {
                Verifier::Kyverno => {
                    let requests: Vec<_> = it.situations.iter().map(Situation::request).collect();
                    json!({"images": it.policies, "requests": requests})
                }
                Verifier::PolicyController => {
                    let images: Vec<_> =
                        it.situations.iter().map(|it| it.images[0].1.name()).collect();
                    json!({"images": it.policies, "asked": images})
                }
            };
            format!("{asked}\n")
        })
        .collect();
    let writer = thread::spawn(move || {
        lines.iter().for_each(|line| input.write_all(line.as_bytes()).unwrap());
    });
    let output = BufReader::new(child.stdout.take().unwrap());
    let answers: Vec<Value> =
        output.lines().map(|it| serde_json::from_str(&it.unwrap()).unwrap()).collect();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(answers.len(), questions.len(), "{}", program.display());
    let records: BTreeMap<_, _> = questions
        .iter()
        .zip(answers)
        .map(|(question, answer)| {
            let sha256 = question.digest();
            let verdicts = answer["verdicts"].as_str().unwrap_or_default().to_owned();
            let error = answer["error"].as_str().map(str::to_owned);
            (sha256.clone(), Record { sha256, verdicts, error })
        })
        .collect();
    let lines = records.values().map(|it| serde_json::to_string(it).unwrap() + "\n");
    fs::write(file, lines.collect::<String>()).unwrap();
}
