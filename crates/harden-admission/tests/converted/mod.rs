//! How conversions are judged.

mod constraints;
mod engines;
mod patterns;
mod rules;
mod suites;
mod templates;

use harden_admission::conversion::{Converted, convert};
use harden_admission::{Answer, Object, Request, Verdict};
use harden_core::intents::Engine;
use serde_json::Value;

/// What is refused by a verdict that refuses, whatever follows of it.
fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Fail | Verdict::Error)
}

fn to_kyverno(policy: Value) -> Converted {
    convert(&[Object::new(policy)], Engine::Kyverno)
}

fn objects(converted: &Converted) -> Vec<Object> {
    converted.manifests.iter().map(|it| Object::new(it.object.clone())).collect()
}

/// What an engine says of a request.
type Judge = Box<dyn Fn(&Request<'_>) -> Vec<Answer>>;
