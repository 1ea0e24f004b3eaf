//! What an API server says of an object, without the values that it quotes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::cluster::answer::Answer;
use crate::mcp::sieve::Sieve;

/// Keeps in what may be secret of some texts, also where it stands in quotes.
pub(super) fn sieve(values: &BTreeSet<String>) -> Sieve {
    /// Shorter ones are parts of any word.
    const SHORTEST: usize = 4;
    let long = values.iter().filter(|it| it.len() >= SHORTEST);
    Sieve::hiding(long.flat_map(|it| [it.clone(), escaped(it)]).collect::<BTreeSet<_>>())
}

/// A text as JSON and Go have it between quotes.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
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
        said.insert("message".to_owned(), without_value(&answer.message()).into());
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
            let why = behind_string(rest).map(without_states).unwrap_or_default();
            return format!("{}{why}", quoted.trim_end_matches(": "));
        }
    }
    without_states(message)
}

/// The first line, and the faults that it announces, each as far as it quotes no value as Go has it. What else
/// follows are states of the object, such as a diff of pods.
fn without_states(message: &str) -> String {
    const VALUE: &str = ", got &value.";
    let is_fault = |it: &&str| it.starts_with("  .");
    let mut lines = message.lines();
    let kept = lines.next().into_iter().chain(lines.filter(is_fault));
    let kept = kept.map(|it| it.split_once(VALUE).map_or(it, |(before, _)| before));
    kept.collect::<Vec<_>>().join("\n")
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
            (
                "no typed patch: .a: expected string, got &value.valueUnstructured{Value:98765432}",
                "no typed patch: .a: expected string",
            ),
            (
                "no typed patch: errors:\n  .a: expected string, got &value.valueUnstructured{Value:1}\n  .b: unknown",
                "no typed patch: errors:\n  .a: expected string\n  .b: unknown",
            ),
            (
                "Forbidden: pods stay\n@@ -1 +1 @@\n-     \"Value\": \"marker\",\n",
                "Forbidden: pods stay",
            ),
        ] {
            assert_eq!(without_value(message), said);
        }
    }

    #[test]
    fn a_secret_is_kept_in_where_it_is_quoted() {
        let values = BTreeSet::from(["mark\"er\\1\t".to_owned()]);
        let mut said = json!([r#"denied: "mark\"er\\1\t""#, "denied: mark\"er\\1\t"]);
        sieve(&values).pass(&mut said);
        assert_eq!(said, json!([r#"denied: "…""#, "denied: …"]));
    }
}
