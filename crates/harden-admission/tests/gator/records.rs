//! What gator said, by the hash of what it was asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Policies and objects that gator is asked about together.
pub(crate) struct Question {
    /// In words, for whoever reads a difference.
    pub(crate) name: String,
    pub(crate) task: Task,
    pub(crate) objects: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// `gator test`
    Test,
    /// `gator expand`
    Expand,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It takes a policy for wrong, or an object.
    Refused,
    Violations(Vec<Violation>),
    Objects(Vec<Value>),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// The number of the object.
    pub(crate) object: usize,
    /// Kind and name.
    pub(crate) constraint: String,
    pub(crate) message: String,
}

impl Violation {
    /// It without the words of an error.
    pub(crate) fn without_error(&self) -> Self {
        let is_error = ["resulted in error", "eval_conflict_error", "missing Namespace"]
            .iter()
            .any(|it| self.message.contains(it));
        let message = if is_error { "an error".to_owned() } else { self.message.clone() };
        Self { message, ..self.clone() }
    }
}

impl Question {
    fn text(&self) -> String {
        Value::Array(self.objects.clone()).to_string()
    }

    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update([self.task as u8]);
        digest.update(self.text().as_bytes());
        digest
            .finalize()
            .iter()
            .take(16)
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// Asks gator.
    fn ask(&self, gator: &str) -> Answer {
        let path = std::env::temp_dir().join(format!("{}.yaml", self.digest()));
        let documents: Vec<String> = self.objects.iter().map(Value::to_string).collect();
        fs::write(&path, documents.join("\n---\n")).unwrap();
        let arguments: &[&str] = match self.task {
            Task::Test => &["test", "--output", "json"],
            Task::Expand => &["expand", "--format", "json"],
        };
        let output =
            Command::new(gator).args(arguments).arg("--filename").arg(&path).output().unwrap();
        fs::remove_file(&path).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        match self.task {
            Task::Test if text.trim().is_empty() => Answer::Refused,
            Task::Test => match serde_json::from_str::<Value>(&text) {
                Ok(found) => Answer::Violations(self.violations(&found)),
                Err(_) => Answer::Refused,
            },
            Task::Expand if !output.status.success() => Answer::Refused,
            Task::Expand => {
                let found = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
                let mut made: Vec<Value> = found.map(|it| sorted(&it.unwrap())).collect();
                made.sort_by_key(ToString::to_string);
                Answer::Objects(made)
            }
        }
    }

    fn violations(&self, found: &Value) -> Vec<Violation> {
        let key = |it: &Value| {
            let metadata = &it["metadata"];
            [&it["kind"], &metadata["name"], &metadata["namespace"]].map(Value::to_string)
        };
        let all = found.as_array().into_iter().flatten();
        let mut violations: Vec<Violation> = all
            .map(|it| {
                let wanted = key(&it["violatingObject"]);
                let of = &it["constraint"];
                let name = of["metadata"]["name"].as_str().unwrap();
                Violation {
                    object: self.objects.iter().position(|it| key(it) == wanted).unwrap(),
                    constraint: format!("{}/{name}", of["kind"].as_str().unwrap()),
                    message: it["msg"].as_str().unwrap().to_owned(),
                }
            })
            .collect();
        violations.sort();
        violations
    }
}

/// With the keys of all objects in order.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let fields: BTreeMap<&String, Value> =
                fields.iter().map(|(key, it)| (key, sorted(it))).collect();
            fields
                .into_iter()
                .map(|(key, it)| (key.clone(), it))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        other => other.clone(),
    }
}

/// All that is recorded.
pub(crate) struct Records(BTreeMap<String, Value>);

impl Records {
    /// Those for questions; with `HARDEN_GATOR`, a gator, they are asked anew.
    pub(crate) fn of(questions: &[Question]) -> Self {
        let path = path();
        let read = || -> BTreeMap<String, Value> {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines.map(|it| (it["sha256"].as_str().unwrap().to_owned(), it)).collect()
        };
        let Ok(gator) = std::env::var("HARDEN_GATOR") else { return Self(read()) };
        let mut found = BTreeMap::new();
        for question in questions {
            let sha256 = question.digest();
            let record = match question.ask(&gator) {
                Answer::Refused => json!({"sha256": sha256, "refused": true}),
                Answer::Objects(all) => json!({"sha256": sha256, "objects": all}),
                Answer::Violations(all) => {
                    let all: Vec<Value> = all
                        .into_iter()
                        .map(|it| json!([it.object, it.constraint, it.message]))
                        .collect();
                    json!({"sha256": sha256, "violations": all})
                }
            };
            found.insert(sha256, record);
        }
        // Tests may run at the same time, and each writes what it asked.
        let mut all = read();
        all.extend(found);
        let text: String = all.values().map(|it| format!("{it}\n")).collect();
        fs::write(&path, text).unwrap();
        Self(all)
    }

    /// What gator said.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        let Some(record) = self.0.get(&question.digest()) else {
            panic!("gator was not asked about {}: see tests/peers/gator/README.md", question.name);
        };
        if let Some(all) = record.get("objects") {
            return Answer::Objects(all.as_array().unwrap().clone());
        }
        let Some(all) = record.get("violations") else { return Answer::Refused };
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let violation = |it: &Value| Violation {
            object: usize::try_from(it[0].as_u64().unwrap()).unwrap(),
            constraint: text(&it[1]),
            message: text(&it[2]),
        };
        Answer::Violations(all.as_array().unwrap().iter().map(violation).collect())
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/gator/verdicts.jsonl")
}
