//! Answers as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde_json::{Value, json};

use super::{Outcome, Summary, Told, Written};
use crate::Answer;

/// One answer about an object.
pub fn to_json(told: &Told, answer: &Answer, written: &mut Written) -> Value {
    let reasons: Vec<_> = answer
        .reasons
        .iter()
        .map(|it| {
            let position = written.find(&answer.policy, &it.at);
            let values =
                it.values.iter().map(|(name, value)| json!({"name": name, "value": value}));
            json!({
                "at": it.at,
                "file": position.as_ref().map(|it| &*it.file),
                "line": position.as_ref().map(|it| it.line),
                "expression": it.expression,
                "values": values.collect::<Vec<_>>(),
            })
        })
        .collect();
    let policy = match answer.policy.namespace.as_str() {
        "" => answer.policy.name.clone(),
        namespace => format!("{namespace}/{}", answer.policy.name),
    };
    json!({
        "policy": policy,
        "policyKind": answer.policy.kind,
        "rule": answer.rule,
        "apiVersion": told.about.api_version,
        "kind": told.about.kind,
        "namespace": told.about.namespace,
        "name": told.about.name,
        "result": answer.verdict.word(),
        "action": answer.action.word(),
        "refused": answer.outcome() == Outcome::Refused,
        "message": answer.message,
        "reasons": reasons,
    })
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
