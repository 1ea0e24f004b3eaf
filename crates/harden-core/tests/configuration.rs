//! Configuration files get from the API server the verdict and the message that they get here.
//!
//! Message and all, but for what is listed at [`comparable`]. `HARDEN_RANDOM_FILES` sets how many
//! random files are asked about, `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "configuration/audit.rs"]
mod audit;
#[path = "configuration/encryption.rs"]
mod encryption;
#[path = "configuration/random.rs"]
mod random;
#[path = "configuration/traffic.rs"]
mod traffic;

use serde_json::Value;

/// What can be compared of a message of the server: nothing of one about YAML or JSON that it cannot
/// read, and the rest without its own source position and without key material.
fn comparable(theirs: &str) -> Option<String> {
    let mut message = theirs.to_owned();
    if let Some((before, _)) = theirs.split_once("is missing in '") {
        message = format!("{before}is missing in 'REDACTED'");
    }
    let is_unreadable = |marker: &str| {
        message.find(marker).is_some_and(|at| !message[..at].contains("strict decoding error"))
    };
    if is_unreadable("yaml: ") || message.contains("json parse error: invalid") {
        return None;
    }
    if let Some((before, after)) = message.split_once(" in scheme \"") {
        message = format!("{before}{}", after.split_once('"').unwrap().1);
    }
    Some(redacted(&message))
}

/// A message with `REDACTED` for the secrets that the server prints as JSON.
fn redacted(message: &str) -> String {
    let mut parts = message.split("\"Secret\":\"");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let mut is_escaped = false;
        let end = part.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        let end = end.unwrap();
        let secret = if end == 0 { "" } else { "REDACTED" };
        text.extend(["\"Secret\":\"", secret, &part[end..]]);
    }
    text
}

fn cases(file: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(harness::Need::Answers.at(file)?).expect(file);
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().expect(name))
}
