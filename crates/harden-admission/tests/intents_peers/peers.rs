//! The programs of the engines, where they are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use harden_core::intents::Engine;
use serde_json::{Value, json};

use super::records::Question;
use super::told::refuses;

/// An engine of which another program is at hand.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) engine: Engine,
    pub(crate) name: &'static str,
    /// Below `tests/peers`.
    pub(crate) folder: &'static str,
    /// The variable that names the program.
    variable: &'static str,
}

pub(crate) const KYVERNO: Peer = Peer {
    engine: Engine::Kyverno,
    name: "Kyverno",
    folder: "kyverno",
    variable: "HARDEN_KYVERNO",
};

pub(crate) const GATOR: Peer =
    Peer { engine: Engine::Gatekeeper, name: "gator", folder: "gator", variable: "HARDEN_GATOR" };

impl Peer {
    /// Whether two letters say the same. gator says nothing of objects that it lets through.
    pub(crate) fn says_alike(&self, ours: char, theirs: char) -> bool {
        match self.engine {
            Engine::Gatekeeper if !refuses(ours) => theirs == '-' && ours != '?',
            _ => ours == theirs,
        }
    }
}

/// The program of an engine.
pub(crate) struct Program {
    engine: Engine,
    path: String,
}

impl Program {
    pub(crate) fn of(peer: &Peer) -> Option<Self> {
        let path = std::env::var(peer.variable).ok()?;
        Some(Self { engine: peer.engine, path })
    }

    /// What it says of each object, as a letter: `p` that it is well, `f` that it is not, `e` that the policy has an
    /// error, `s` that its conditions leave the object out, `-` that it is about others.
    pub(crate) fn ask(&self, question: &Question) -> String {
        match self.engine {
            Engine::Gatekeeper => ask_gator(&self.path, question),
            _ => ask_kyverno(&self.path, question),
        }
    }
}

fn ask_kyverno(program: &str, question: &Question) -> String {
    let requests: Vec<Value> = question.objects.iter().map(|it| json!({"object": it})).collect();
    let asked = json!({"policies": question.policies, "requests": requests});
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || writeln!(stdin, "{asked}").unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    said["verdicts"].as_str().unwrap_or_else(|| panic!("{}: {said}", question.name)).to_owned()
}

/// gator says nothing of objects that are well, and of those that no constraint is about.
fn ask_gator(program: &str, question: &Question) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("objects.yaml");
    let documents = question.policies.iter().chain(&question.objects);
    let documents: Vec<String> = documents.map(Value::to_string).collect();
    fs::write(&path, documents.join("\n---\n")).unwrap();
    let mut command = Command::new(program);
    let output =
        command.args(["test", "--output", "json", "--filename"]).arg(&path).output().unwrap();
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}: {}", question.name, String::from_utf8_lossy(&output.stderr))
    });
    // The same object twice is told twice, by the same words.
    let mut told: BTreeMap<String, char> = BTreeMap::new();
    for one in found {
        let is_error = one["msg"].as_str().is_some_and(|it| it.contains("resulted in error"));
        let letter = told.entry(canonical(&one["violatingObject"])).or_insert('e');
        if !is_error {
            *letter = 'f';
        }
    }
    let letter = |object: &Value| told.get(&canonical(object)).copied().unwrap_or('-');
    question.objects.iter().map(letter).collect()
}

/// Text that is the same whatever the order of keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let fields: BTreeMap<&String, &Value> = fields.iter().collect();
            let fields: Vec<_> =
                fields.into_iter().map(|(key, it)| format!("{key:?}:{}", canonical(it))).collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}
