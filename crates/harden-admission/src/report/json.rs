//! Answers as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde_json::{Value, json};

use super::{Outcome, Summary, Told, Written};
use crate::{Answer, Reason};

/// One answer about an object.
pub fn to_json(told: &Told, answer: &Answer, written: &mut Written) -> Value {
    let mut text = Vec::new();
    write_json(told, answer, written, &mut text);
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Writes one answer about an object behind a text. Of many answers nothing is built but their text.
pub fn write_json(told: &Told, answer: &Answer, written: &mut Written, text: &mut Vec<u8>) {
    text.extend_from_slice(b"{\"policy\":");
    match answer.policy.namespace.as_str() {
        "" => write_text(text, &answer.policy.name),
        namespace => write_text(text, &format!("{namespace}/{}", answer.policy.name)),
    }
    for (key, it) in [
        ("policyKind", answer.policy.kind.as_str()),
        ("rule", &answer.rule),
        ("apiVersion", &told.about.api_version),
        ("kind", &told.about.kind),
        ("namespace", &told.about.namespace),
        ("name", &told.about.name),
        ("result", answer.verdict.word()),
        ("action", answer.action.word()),
    ] {
        write_key(text, key);
        write_text(text, it);
    }
    write_key(text, "refused");
    let is_refused = answer.outcome() == Outcome::Refused;
    text.extend_from_slice(if is_refused { b"true" } else { b"false" });
    write_key(text, "message");
    write_text(text, &answer.message);
    write_key(text, "reasons");
    text.push(b'[');
    for (index, reason) in answer.reasons.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        write_reason(answer, reason, written, text);
    }
    text.extend_from_slice(b"]}");
}

fn write_reason(answer: &Answer, reason: &Reason, written: &mut Written, text: &mut Vec<u8>) {
    let position = written.find(&answer.policy, &reason.at);
    text.extend_from_slice(b"{\"at\":");
    write_text(text, &reason.at);
    write_key(text, "file");
    match &position {
        Some(it) => write_text(text, &it.file),
        None => text.extend_from_slice(b"null"),
    }
    write_key(text, "line");
    match &position {
        Some(it) => text.extend_from_slice(it.line.to_string().as_bytes()),
        None => text.extend_from_slice(b"null"),
    }
    write_key(text, "expression");
    write_text(text, &reason.expression);
    write_key(text, "values");
    text.push(b'[');
    for (index, (name, value)) in reason.values.iter().enumerate() {
        text.extend_from_slice(if index > 0 { b",{\"name\":" } else { b"{\"name\":" });
        write_text(text, name);
        write_key(text, "value");
        write_text(text, value);
        text.push(b'}');
    }
    text.extend_from_slice(b"]}");
}

/// A key that is not the first, and needs no escapes.
fn write_key(text: &mut Vec<u8>, key: &str) {
    text.extend_from_slice(b",\"");
    text.extend_from_slice(key.as_bytes());
    text.extend_from_slice(b"\":");
}

fn write_text(text: &mut Vec<u8>, it: &str) {
    // A text can always be written to memory.
    drop(serde_json::to_writer(text, it));
}

impl Summary {
    /// What was judged, and what was not.
    pub fn to_json(&self) -> Value {
        let incomplete = self.lacks().into_iter().map(|it| {
            let position = it.position;
            json!({
                "what": it.what,
                "why": it.why,
                "file": position.as_ref().map(|it| &*it.file),
                "line": position.as_ref().map(|it| it.line),
            })
        });
        json!({
            "policies": self.policies,
            "objects": self.objects(),
            "admitted": self.admitted,
            "refused": self.refused,
            "unknown": self.unknown,
            "incomplete": incomplete.collect::<Vec<_>>(),
        })
    }
}
