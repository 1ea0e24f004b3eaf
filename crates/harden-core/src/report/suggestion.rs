//! The YAML that mends a spot, where it can be told from the line that the spot is on.

use harden_yaml::{Action, Lines, Writable, write};
use serde_json::Value;

use crate::finding::Spot;

/// What to write, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// The spot's line, rewritten.
    Replace(String),
    /// Lines to add below the spot's line.
    Add(Vec<String>),
}

impl Suggestion {
    /// What mends a spot of a text; `None` where the lines do not show it. `lines` are the text's.
    pub fn at(text: &str, lines: &Lines<'_>, spot: &Spot) -> Option<Self> {
        let line = lines.line_span(spot.start.line);
        let from = (spot.span.start.checked_sub(line.start)?) as usize;
        let to = (spot.span.end.checked_sub(line.start)?) as usize;
        let next = lines.line_span(spot.start.line + 1);
        suggest(line.text(text), (from, to), next.text(text), spot)
    }
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Key(&'a str),
    Item,
}

/// What mends a spot on this line, whose marked part is the spot. `next` is the line below.
///
/// A spot is the value itself where there is one, else the key or the name of the nearest thing above
/// it; which of these it is shows on the line. Where it does not show, there is no suggestion.
pub(super) fn suggest(
    line: &str,
    mark: (usize, usize),
    next: &str,
    spot: &Spot,
) -> Option<Suggestion> {
    let Action::Set(value) = spot.change()? else { return None };
    let (before, marked, after) =
        (line.get(..mark.0)?, line.get(mark.0..mark.1)?, line.get(mark.1..)?);
    let lead = before.trim_start_matches([' ', '-']);
    let steps = steps(&spot.path)?;
    let (last, above) = steps.split_last()?;
    if let Step::Key(key) = last
        && lead.trim_end().strip_suffix(':') == Some(*key)
        && is_blank(after)
    {
        let value = write(value);
        let value = value.trim_end();
        return (!value.contains('\n') && !marked.is_empty())
            .then(|| Suggestion::Replace(format!("{before}{value}{after}")));
    }
    if !lead.is_empty() || !before.is_ascii() {
        return None;
    }
    let is_key = |step: &Step<'_>| *step == Step::Key(marked);
    if let Some(at) = above.iter().rposition(is_key) {
        let rest = after.strip_prefix(':')?;
        let deeper = next.len() - next.trim_start_matches(' ').len();
        let indent = if deeper > before.len() && !next.trim().is_empty() {
            deeper
        } else {
            before.len() + 2
        };
        return is_blank(rest).then(|| added(steps.get(at + 1..)?, value, indent)).flatten();
    }
    let item = steps.iter().rposition(|step| *step == Step::Item)?;
    let (first, _) = marked.split_once(':')?;
    (!first.contains(' ') && is_blank(after))
        .then(|| added(steps.get(item + 1..)?, value, before.len()))
        .flatten()
}

/// The lines that set a value below what is there.
fn added(missing: &[Step<'_>], value: &Value, indent: usize) -> Option<Suggestion> {
    let keys = missing.iter().map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Item => None,
    });
    let keys: Vec<&str> = keys.collect::<Option<_>>()?;
    let text = write_below(&keys, value);
    Some(Suggestion::Add(text.lines().map(|line| format!("{:indent$}{line}", "")).collect()))
}

/// A value below all keys of its path, where the line does not show which of them are there; from the
/// last item of a list on, because its place in the list says nothing.
pub fn from_the_top(path: &str, value: &Value) -> Vec<String> {
    if path.contains(['"', '…']) {
        return Vec::new();
    }
    let below = path.rsplit_once(']').map_or(path, |(_, rest)| rest);
    let keys: Vec<&str> = below.split('.').filter(|it| !it.is_empty()).collect();
    write_below(&keys, value).lines().map(str::to_owned).collect()
}

/// A value below keys, the uppermost first.
fn write_below(keys: &[&str], value: &dyn Writable) -> String {
    match keys.split_last() {
        Some((key, above)) => write_below(above, &(*key, value)),
        None => write(value),
    }
}

/// Whether only a comment follows.
fn is_blank(rest: &str) -> bool {
    rest.trim().is_empty()
        || rest.trim_start_matches([' ', '\t']).starts_with('#') && rest.starts_with([' ', '\t'])
}

/// The steps of a path of plain keys and numbers.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    if path.is_empty() || path.contains(['"', '…']) {
        return None;
    }
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, items) =
            part.split_once('[').map_or((part, None), |(key, rest)| (key, Some(rest)));
        if !key.is_empty() {
            steps.push(Step::Key(key));
        }
        if let Some(items) = items {
            steps.extend(items.split('[').map(|_| Step::Item));
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::sync::Arc;

    use harden_yaml::{Pointer, Position, Span};

    use super::*;
    use crate::finding::Remedy;

    fn suggested(
        line: &str,
        marked: &str,
        next: &str,
        path: &str,
        value: impl Into<Value>,
    ) -> Option<Suggestion> {
        let at = line.find(marked).unwrap();
        let position = Position { line: 1, column: 1 };
        let spot = Spot {
            span: Span::default(),
            start: position,
            end: position,
            path: path.into(),
            label: "".into(),
            remedy: Some(Arc::new(Remedy {
                pointer: Pointer::default(),
                action: Action::set(value),
                along: Vec::new(),
            })),
        };
        suggest(line, (at, at + marked.len()), next, &spot)
    }

    #[test]
    fn a_wrong_value_is_replaced_and_its_comment_stays() {
        assert_eq!(
            suggested("  privileged: true # why", "true", "", "spec.privileged", false),
            Some(Suggestion::Replace("  privileged: false # why".to_owned()))
        );
    }

    #[test]
    fn a_missing_field_goes_below_the_map_that_lacks_it() {
        assert_eq!(
            suggested(
                "  securityContext:",
                "securityContext",
                "      x: 1",
                "a.securityContext.b.c",
                1_i64
            ),
            Some(Suggestion::Add(vec!["      b:".to_owned(), "        c: 1".to_owned()]))
        );
    }

    #[test]
    fn a_missing_field_of_an_item_goes_below_its_name() {
        let path = "spec.containers[0].securityContext.readOnlyRootFilesystem";
        assert_eq!(
            suggested("    - name: app", "name: app", "      image: x", path, true),
            Some(Suggestion::Add(vec![
                "      securityContext:".to_owned(),
                "        readOnlyRootFilesystem: true".to_owned()
            ]))
        );
    }

    #[test]
    fn what_the_line_does_not_show_is_not_guessed() {
        for (line, marked, path) in [
            ("{name: app, image: x}", "name: app", "c[0].readOnly"),
            ("- {name: app}", "name: app", "c[0].readOnly"),
            ("\"a\": {\"b\": true}", "true", "a.b"),
            ("securityContext: {}", "securityContext", "securityContext.b"),
            ("securityContext: &anchor", "securityContext", "securityContext.b"),
            ("kind: Pod", "kind", "spec.b"),
            ("labels:", "labels", "labels[\"a.b/c\"]"),
            ("drop:", "drop", "capabilities.drop"),
        ] {
            assert_eq!(suggested(line, marked, "", path, true), None, "{line}");
        }
    }
}
