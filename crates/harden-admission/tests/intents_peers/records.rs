//! What the engines said of objects under the policies of intents, by the hashes of both.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use harden_core::intents::Engine;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::peers::{Peer, Program};
use super::told::Standing;

/// Policies, and objects that they are asked about together.
pub(crate) struct Question {
    /// In words, for whoever reads a difference.
    pub(crate) name: String,
    pub(crate) engine: Engine,
    pub(crate) policies: Vec<Value>,
    /// The same, read by us.
    pub(crate) standing: Standing,
    /// As the API server sends them.
    pub(crate) objects: Vec<Value>,
}

/// How many objects are recorded together, so that some of them can be compared without all.
pub(crate) const BLOCK: usize = 200;

impl Question {
    /// The hashes of each block of objects and of the policies.
    fn keys(&self) -> impl Iterator<Item = String> {
        let policies: Vec<Value> = self.policies.iter().map(decisive).collect();
        let policies = digest(&policies);
        self.objects.chunks(BLOCK).map(move |it| format!("{} {policies}", digest(it)))
    }
}

/// What decides of a policy: its words may change.
fn decisive(value: &Value) -> Value {
    const WORDS: [&str; 3] = ["annotations", "message", "messageExpression"];
    match value {
        Value::Array(items) => items.iter().map(decisive).collect(),
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()));
            let kept: serde_json::Map<_, _> =
                kept.map(|(key, it)| (key.clone(), decisive(it))).collect();
            kept.into()
        }
        other => other.clone(),
    }
}

fn digest(objects: &[Value]) -> String {
    let mut digest = Sha256::new();
    for object in objects {
        digest.update(object.to_string().as_bytes());
        digest.update(b"\n");
    }
    let bytes = digest.finalize();
    bytes.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// All that is recorded of one engine: by key a letter for each object.
pub(crate) struct Records {
    peer: &'static Peer,
    all: BTreeMap<String, String>,
}

impl Records {
    /// What an engine said. Where its program is named, it is asked what it was not asked yet.
    pub(crate) fn of(peer: &'static Peer, questions: &[Question]) -> Self {
        let mut records = Self { peer, all: read(&path(peer)) };
        let Some(program) = Program::of(peer) else { return records };
        let missing: Vec<_> = questions.iter().filter(|it| records.said(it).is_none()).collect();
        for question in missing {
            let said = program.ask(question);
            assert_eq!(said.len(), question.objects.len(), "{}", question.name);
            let mut rest = said.as_str();
            for (key, block) in question.keys().zip(question.objects.chunks(BLOCK)) {
                let (said, after) = rest.split_at(block.len());
                records.all.insert(key, said.to_owned());
                rest = after;
            }
        }
        write(&path(peer), &records.all);
        records
    }

    /// What the engine said of each object.
    pub(crate) fn answer(&self, question: &Question) -> String {
        self.said(question).unwrap_or_else(|| {
            let Peer { name, folder, .. } = self.peer;
            let about = &question.name;
            panic!("{name} was not asked about {about}: see tests/peers/{folder}/README.md")
        })
    }

    fn said(&self, question: &Question) -> Option<String> {
        question.keys().map(|it| self.all.get(&it).map(String::as_str)).collect()
    }
}

/// Each line is two hashes and the letters.
fn read(path: &Path) -> BTreeMap<String, String> {
    let mut text = String::new();
    if let Ok(file) = File::open(path) {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    }
    let lines = text.lines().map(|it| it.rsplit_once(' ').unwrap());
    lines.map(|(key, said)| (key.to_owned(), said.to_owned())).collect()
}

fn write(path: &Path, all: &BTreeMap<String, String>) {
    let text: String = all.iter().map(|(key, said)| format!("{key} {said}\n")).collect();
    let mut packed = GzBuilder::new().write(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    fs::write(path, packed.finish().unwrap()).unwrap();
}

fn path(peer: &Peer) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers");
    folder.join(peer.folder).join("intents.gz")
}
