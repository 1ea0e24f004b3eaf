//! What an API server says of an object, without the values that it quotes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::cluster::answer::Answer;
use crate::mcp::sieve::Sieve;

/// Keeps in what may be secret of some texts.
pub(super) fn sieve(values: &BTreeSet<String>) -> Sieve {
    /// Shorter ones are parts of any word.
    const SHORTEST: usize = 4;
    Sieve::hiding(values.iter().filter(|it| it.len() >= SHORTEST).cloned())
}

/// Why an object was rejected, field by field.
pub(super) fn rejection(answer: &Answer, sieve: &Sieve) -> Value {
    let causes = answer.causes();
    let causes: Vec<_> = causes
        .iter()
        .map(|(field, message)| json!({"field": field, "message": without_value(message)}))
        .collect();
    let mut said = Map::new();
    said.insert("status".to_owned(), answer.status.into());
    said.insert("reason".to_owned(), answer.reason().into());
    // What is invalid is said with its value, and again below.
    if answer.status != 422 {
        said.insert("message".to_owned(), answer.message().into());
    }
    if !causes.is_empty() {
        said.insert("causes".to_owned(), causes.into());
    }
    let mut said = Value::Object(said);
    sieve.pass(&mut said);
    said
}

/// What is wrong, without the value that is: `Invalid value: "x": must be…`.
fn without_value(message: &str) -> String {
    for quoted in ["Invalid value: ", "Unsupported value: ", "Duplicate value: "] {
        if let Some(rest) = message.strip_prefix(quoted) {
            let why = behind_string(rest).unwrap_or_default();
            return format!("{}{why}", quoted.trim_end_matches(": "));
        }
    }
    message.to_owned()
}

/// What stands behind a string as Go quotes it; none where none is there, whose end nobody knows.
fn behind_string(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?;
    let mut is_escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return inner.get(at + 1..),
            _ => {}
        }
    }
    None
}

/// The managers whose fields are in the way, each with a field.
pub(super) fn conflicts(answer: &Answer) -> Vec<Value> {
    let conflict = |(field, message): (String, String)| {
        // `conflict with "kubectl-client-side-apply" using apps/v1`
        let manager = message.split('"').nth(1).unwrap_or(&message).to_owned();
        json!({"manager": manager, "field": field.trim_start_matches('.')})
    };
    answer.causes().into_iter().map(conflict).collect()
}

/// Whether fields of other managers are in the way.
pub(super) fn is_conflict(answer: &Answer) -> bool {
    answer.status == 409 && answer.reason() == "Conflict" && !answer.causes().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_repeated() {
        for (message, said) in [
            (r#"Invalid value: "mark\"er": must be short"#, "Invalid value: must be short"),
            (
                r#"Unsupported value: "marker": supported values: "a""#,
                r#"Unsupported value: supported values: "a""#,
            ),
            ("Invalid value: {\"a\":\"marker\"}: no", "Invalid value"),
            ("Invalid value: \"marker", "Invalid value"),
            ("Required value", "Required value"),
        ] {
            assert_eq!(without_value(message), said);
        }
    }
}
