//! The values that may be secret in comments: objects that were commented out, whole or in part.

use harden_yaml::{Document, Place, Span};

use super::{Reason, kinds, lines};
use crate::schema;

/// What may be secret in a block of comments: an object that was commented out, or a password.
pub(super) fn read(text: &str) -> (Vec<Reason>, Vec<Span>) {
    let lower = text.to_lowercase();
    let holds_data = lines::has_key(&lower, "data")
        || ["stringdata", "binarydata", "opaque", "secret:", "-----begin"]
            .iter()
            .any(|it| lower.contains(it));
    let is_object = lower.contains("metadata") || lines::names_kind(text);
    if holds_data || is_object && !is_known(text) {
        lines::read(text)
    } else {
        lines::credentials(text)
    }
}

/// The same where there is nothing but comments, so that nobody knows what they are about.
pub(super) fn read_alone(text: &str) -> (Vec<Reason>, Vec<Span>) {
    if text.split(['\n', '\r']).any(is_part) { lines::read(text) } else { read(text) }
}

/// Whether what was commented out is a whole text in which all that says its kind is known to be no Secret.
fn is_known(text: &str) -> bool {
    let bare: Vec<&str> = text.split(['\n', '\r']).map(uncommented).collect();
    let bare = bare.join("\n");
    let document = Document::parse_yaml(&bare);
    let root = document.root();
    if !document.problems().is_empty() || !root.is_map() && !root.is_list() {
        return false;
    }
    let mut is_said = false;
    let mut rest = vec![root];
    while let Some(place) = rest.pop() {
        if place.at("kind").exists() {
            if !kinds::is_reference(place) && !is_harmless(place) {
                return false;
            }
            is_said = true;
        }
        rest.extend(place.entries().map(|(_, it)| it).chain(place.items()));
    }
    is_said
}

/// Whether an object is of a kind that is known, and not made of secrets.
fn is_harmless(object: Place<'_>) -> bool {
    let kind = object.at("kind").as_str().unwrap_or_default();
    let api_version = object.at("apiVersion").as_str().unwrap_or_default();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    kinds::of_map(object, false).is_none() && (schema::is_kind(kind) || group.contains('.'))
}

fn uncommented(line: &str) -> &str {
    let line = line.trim_start_matches([' ', '\t', '\u{feff}']);
    line.strip_prefix('#').unwrap_or(line)
}

/// Whether a line that was commented out may be one of an object: an entry of a map, or a word that stands
/// further in.
fn is_part(line: &str) -> bool {
    let line = uncommented(line);
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let text = text.trim_end();
    let has_word = text.contains(char::is_alphanumeric);
    let is_entry = text.split_once(':').is_some_and(|(key, value)| {
        let is_prose = key.starts_with(|it: char| it.is_uppercase())
            && key.contains(|it: char| it.is_lowercase());
        let is_key = !key.trim_end().contains(char::is_whitespace) && (indent > 1 || !is_prose);
        let value = value.strip_prefix([' ', '\t']).unwrap_or_default();
        is_key && !value.trim().is_empty()
    });
    has_word && (is_entry || indent > 1 && !text.contains(char::is_whitespace))
}
