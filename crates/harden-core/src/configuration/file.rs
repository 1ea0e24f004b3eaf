//! The text of a file, as far as the API server reads it.

use std::fmt::Write as _;

use harden_yaml::{Document, Place, ProblemKind, Rejected};

use super::meta::Meta;
use super::rejection::Fault;

/// What the API server reads of a file: JSON when it begins with `{`, and otherwise the first
/// document of the YAML. What comes after it has no effect.
pub fn first_document(text: &str) -> Document<'_> {
    if is_json(text) { Document::parse_json(text) } else { Document::parse_yaml(text) }
}

/// The type that a document says it is, when it can be read at all.
pub(super) fn meta<'d>(document: &'d Document<'d>) -> Result<Meta<'d>, Box<Fault<'d>>> {
    let root = document.root();
    match unreadable(document) {
        Some(message) => Err(Fault::boxed(root, message)),
        None => Meta::read(root),
    }
}

/// What strict reading minds of a YAML document's keys; JSON is judged field by field instead.
pub(super) fn repeated_keys<'d>(document: &'d Document<'d>) -> Option<Fault<'d>> {
    if is_json_document(document) {
        return None;
    }
    let mut message = String::from("yaml: unmarshal errors:");
    let mut first = None;
    for problem in document.problems().iter().filter(|it| it.rejected() == Rejected::Strict) {
        let (ProblemKind::DuplicateKey { key, .. } | ProblemKind::OverridingMerge { key, .. }) =
            &problem.kind
        else {
            continue;
        };
        let map = map_around(document.root(), problem.span.start);
        let line = line_of(document.text(), problem.span.start);
        let key = super::decoding::printable_key(map, key);
        let _ = write!(message, "\n  line {line}: key {key} already set in map");
        first.get_or_insert(map);
    }
    first.map(|place| Fault::new(place, message))
}

pub(super) fn is_json_document(document: &Document<'_>) -> bool {
    is_json(document.span().text(document.text()))
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// What the server says of a text that it cannot read; for YAML in the words of this project's own
/// reader, but for the one that it borrows.
fn unreadable(document: &Document<'_>) -> Option<String> {
    let text = document.span().text(document.text());
    let problem = document.problems().iter().find(|it| it.rejected() == Rejected::Always);
    if is_json(text) {
        let json = Document::parse_json(text.trim());
        let problem = json.problems().iter().find(|it| it.rejected() == Rejected::Always)?;
        let what = json_error(text).unwrap_or_else(|| problem.message());
        return Some(format!("couldn't get version/kind; json parse error: {what}"));
    }
    let problem = problem?;
    let what = match &problem.kind {
        ProblemKind::Tab => "found character that cannot start any token".to_owned(),
        _ => problem.message(),
    };
    Some(format!("yaml: line {}: {what}", line_of(document.text(), problem.span.start)))
}

/// What is said of YAML in braces, which is no JSON.
fn json_error(text: &str) -> Option<String> {
    let inside = text.trim_start().strip_prefix('{')?.trim_start();
    let next = inside.chars().next().filter(|it| !matches!(it, '"' | '}'))?;
    let escaped = if next == '\'' { "\\'".to_owned() } else { next.to_string() };
    Some(format!("invalid character '{escaped}' looking for beginning of object key string"))
}

/// The innermost map that holds a byte.
fn map_around(place: Place<'_>, offset: u32) -> Place<'_> {
    let holds = |it: &Place<'_>| {
        (it.is_map() || it.is_list()) && it.span().start <= offset && offset < it.span().end
    };
    let mut values = place.entries().map(|(_, value)| value).chain(place.items());
    values.find(holds).map_or(place, |value| map_around(value, offset))
}

fn line_of(text: &str, offset: u32) -> usize {
    let before = text.bytes().take(offset as usize);
    before.filter(|byte| *byte == b'\n').count() + 1
}
