//! What applying an object would change, line by line.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use harden_core::secrecy::LAST_APPLIED;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// What the server keeps for itself, and what changes with every write.
const BOOKKEEPING: [&str; 6] =
    ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

/// Two states of an object as YAML, without what is secret and what the server keeps for itself; the first is
/// empty where there was no object.
pub(crate) fn states(before: Option<&Value>, after: &Value) -> (String, String) {
    let (before, after) = masked(before.cloned(), after.clone());
    (before.as_ref().map(readable).unwrap_or_default(), readable(&after))
}

/// A unified diff of two states of an object, which is called so and becomes so; empty when they are the same.
pub(crate) fn render((title, becomes): (&str, &str), before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for group in diff.grouped_ops(3) {
        if text.is_empty() {
            let now = if before.is_empty() { "not there" } else { "live" };
            let _ = writeln!(
                text,
                "{REMOVED}--- {title} ({now}){REMOVED:#}\n{ADDED}+++ {title} ({becomes}){ADDED:#}"
            );
        }
        if let (Some(first), Some(last)) = (group.first(), group.last()) {
            let old = first.old_range().start..last.old_range().end;
            let new = first.new_range().start..last.new_range().end;
            let _ = writeln!(
                text,
                "{PLACE}@@ -{},{} +{},{} @@{PLACE:#}",
                old.start + usize::from(!old.is_empty()),
                old.len(),
                new.start + usize::from(!new.is_empty()),
                new.len()
            );
        }
        for change in group.iter().flat_map(|it| diff.iter_changes(it)) {
            let line = change.value().trim_end_matches('\n');
            let _ = match change.tag() {
                ChangeTag::Delete => writeln!(text, "{REMOVED}-{line}{REMOVED:#}"),
                ChangeTag::Insert => writeln!(text, "{ADDED}+{line}{ADDED:#}"),
                ChangeTag::Equal => writeln!(text, " {line}"),
            };
        }
    }
    text
}

/// The states of a Secret without its values, those that change told from the others.
fn masked(mut before: Option<Value>, mut after: Value) -> (Option<Value>, Value) {
    if after.get("kind").and_then(Value::as_str) != Some("Secret") {
        return (before, after);
    }
    for field in ["data", "stringData"] {
        let live = before.as_mut().and_then(|it| it.get_mut(field)?.as_object_mut());
        let mut unknown = serde_json::Map::new();
        let live = live.unwrap_or(&mut unknown);
        for (key, value) in
            after.get_mut(field).and_then(Value::as_object_mut).into_iter().flatten()
        {
            let is_same = live.get(key) == Some(&*value);
            *value = Value::from(if is_same { "(hidden)" } else { "(hidden, other)" });
        }
        live.values_mut().for_each(|it| *it = Value::from("(hidden)"));
    }
    for state in before.iter_mut().chain([&mut after]) {
        if let Some(metadata) = state.get_mut("metadata").and_then(Value::as_object_mut)
            && let Some(annotations) =
                metadata.get_mut("annotations").and_then(Value::as_object_mut)
        {
            annotations.shift_remove(LAST_APPLIED);
        }
    }
    (before, after)
}

/// Whether two states of an object mean the same.
pub(super) fn is_same(before: &Value, after: &Value) -> bool {
    readable(before) == readable(after)
}

fn readable(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in BOOKKEEPING {
            metadata.shift_remove(field);
        }
    }
    if let Some(fields) = object.as_object_mut() {
        fields.shift_remove("status");
    }
    harden_yaml::write(&object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(title: &str, before: Option<&Value>, after: &Value) -> String {
        let (before, after) = states(before, after);
        super::render((title, "hardened"), &before, &after)
    }

    #[test]
    fn the_values_of_a_secret_are_not_shown() {
        let secret = |a: &str, b: &str| serde_json::json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"a": a, "b": b}});
        let text =
            render("Secret s", Some(&secret("aHVudGVy", "b2xk")), &secret("aHVudGVy", "bmV3"));
        assert!(text.contains("(hidden, other)"), "{text}");
        assert!(!["aHVudGVy", "b2xk", "bmV3"].iter().any(|it| text.contains(it)), "{text}");
    }

    #[test]
    fn bookkeeping_is_no_difference() {
        let before = json!({"metadata": {"name": "a", "resourceVersion": "1"}, "status": {"x": 1}});
        let after = json!({"metadata": {"name": "a", "resourceVersion": "2"}});
        assert_eq!(render("x/a", Some(&before), &after), "");
    }

    #[test]
    fn hunks_count_lines_as_diff_does() {
        let before = json!({"a": 1, "b": 2});
        let text =
            anstream::adapter::strip_str(&render("x/a", Some(&before), &json!({"a": 1, "b": 3})))
                .to_string();
        assert_eq!(
            text,
            "--- x/a (live)\n+++ x/a (hardened)\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n"
        );
        let text = anstream::adapter::strip_str(&render("x/a", None, &json!({"a": 1}))).to_string();
        assert_eq!(text, "--- x/a (not there)\n+++ x/a (hardened)\n@@ -0,0 +1,1 @@\n+a: 1\n");
    }
}
