//! Statements are read strictly, and what they say is summed up.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "statements/hostile.rs"]
mod hostile;
#[path = "statements/lists.rs"]
mod lists;
#[path = "statements/provenance.rs"]
mod provenance;
#[path = "statements/summaries.rs"]
mod summaries;

use harden_sigstore::statement::{PAYLOAD_TYPE, Unreadable};
use harden_sigstore::{Reading, Statement};
use serde_json::{Value, json};

const HEX: &str = "2892146b063a94cb4a4318c0e98d38af12dcf2b1e29237486b58463b59607bbd";

/// A statement with this predicate.
fn statement(predicate_type: &str, predicate: &Value) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "web", "digest": {"sha256": HEX}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}

fn read(value: &Value) -> Result<Statement, Unreadable> {
    Statement::read(PAYLOAD_TYPE, value.to_string().as_bytes())
}

fn reading(predicate_type: &str, predicate: &Value) -> Result<Reading, Unreadable> {
    read(&statement(predicate_type, predicate)).unwrap().reading()
}

/// The sentence of a predicate that can be read.
fn sentence(predicate_type: &str, predicate: &Value) -> String {
    reading(predicate_type, predicate).unwrap().sentence()
}
