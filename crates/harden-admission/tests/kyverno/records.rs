//! What Kyverno's engine said, by the hash of what it was asked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A ClusterPolicy and a request.
pub(crate) struct Question {
    /// In words, for whoever reads a difference.
    pub(crate) name: String,
    /// As the program reads it.
    pub(crate) json: Value,
}

impl Question {
    /// Bob creates an object.
    pub(crate) fn new(name: String, policy: &Value, object: &Value) -> Self {
        let labels = match object["metadata"]["namespace"].as_str() {
            Some("ns") => json!({"kubernetes.io/metadata.name": "ns", "a": "x", "b": "y"}),
            Some(namespace) => json!({"kubernetes.io/metadata.name": namespace}),
            None => json!({}),
        };
        let user = json!({"username": "bob", "groups": ["g1"]});
        let json = json!({
            "policy": policy, "operation": "CREATE", "object": object, "labels": labels, "user": user,
        });
        Self { name, json }
    }

    /// The object is there, and becomes another one.
    pub(crate) fn becomes(&mut self, object: Value) {
        let old = self.json["object"].take();
        self.json["object"] = object;
        self.was(old);
    }

    /// The object is there, and was another one.
    pub(crate) fn was(&mut self, old: Value) {
        self.json["operation"] = "UPDATE".into();
        self.json["old"] = old;
    }

    /// The object is deleted.
    pub(crate) fn deletes(&mut self) {
        let fields = self.json.as_object_mut().unwrap();
        let object = fields.shift_remove("object").unwrap();
        fields.insert("old".to_owned(), object);
        fields.insert("operation".to_owned(), "DELETE".into());
    }

    /// Another user of another group asks.
    pub(crate) fn is_asked_by(&mut self, name: &str, group: &str) {
        self.json["user"] = json!({"username": name, "groups": [group]});
    }

    /// The object is mutated, not validated.
    pub(crate) fn mutates(&mut self) {
        self.json["mutates"] = true.into();
    }

    fn digest(&self) -> String {
        let digest = Sha256::digest(self.json.to_string());
        digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// What the program says: an object with `rules`, `object` or `error`.
pub(crate) struct Records(BTreeMap<String, Value>);

impl Records {
    /// Those for questions; with `HARDEN_KYVERNO`, the program, they are asked anew.
    pub(crate) fn of(questions: &[Question]) -> Self {
        let Ok(program) = std::env::var("HARDEN_KYVERNO") else { return Self(read()) };
        // Each test writes what it asked.
        let mut all = read();
        all.extend(questions.iter().map(Question::digest).zip(ask(&program, questions)));
        write(&all);
        Self(all)
    }

    /// What Kyverno said.
    pub(crate) fn answer(&self, question: &Question) -> &Value {
        self.0.get(&question.digest()).unwrap_or_else(|| {
            let name = &question.name;
            panic!("Kyverno was not asked about {name}: see tests/peers/kyverno/README.md")
        })
    }
}

fn ask(program: &str, questions: &[Question]) -> Vec<Value> {
    let asked: String = questions.iter().map(|it| format!("{}\n", it.json)).collect();
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let said: Vec<Value> = serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(said.len(), questions.len());
    said
}

/// Each line is a hash and what was said.
fn read() -> BTreeMap<String, Value> {
    let mut text = String::new();
    if let Ok(file) = File::open(path()) {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    }
    let lines = text.lines().map(|it| it.split_once(' ').unwrap());
    lines.map(|(key, said)| (key.to_owned(), serde_json::from_str(said).unwrap())).collect()
}

fn write(all: &BTreeMap<String, Value>) {
    let text: String = all.iter().map(|(key, said)| format!("{key} {said}\n")).collect();
    let mut packed = GzBuilder::new().write(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    fs::write(path(), packed.finish().unwrap()).unwrap();
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/kyverno/answers.gz")
}
