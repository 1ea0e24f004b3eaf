//! What reports must not repeat: who sees one need not be allowed to see the manifest.

use std::collections::BTreeMap;
use std::ops::Range;

use harden_yaml::{Place, Span};

use super::Report;
use crate::configuration::looks_like_key;
use crate::finding::{About, Finding};
use crate::object::objects;
use crate::schema;

/// Kinds of object whose values are secrets.
const CONFIDENTIAL: [&str; 3] = ["Secret", "EncryptionConfiguration", "EncryptionConfig"];

/// What such objects say openly.
const OPEN_KEYS: [&str; 7] =
    ["apiVersion", "kind", "name", "namespace", "type", "immutable", "timeout"];

/// Text that rules found to be secret, by source.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    spans: BTreeMap<usize, Vec<Span>>,
}

impl Secrets {
    /// Those of a report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let mut spans: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for finding in report.findings.iter().filter(|it| points_at_secrets(&it.about)) {
            let spots = finding.spots.iter().map(|spot| spot.span);
            spans.entry(finding.source).or_default().extend(spots);
        }
        for (index, source) in report.sources.iter().enumerate() {
            let values = source.text.map(values_of_secrets).unwrap_or_default();
            if !values.is_empty() {
                spans.entry(index).or_default().extend(values);
            }
        }
        for spans in spans.values_mut() {
            spans.sort();
            spans.dedup();
        }
        Self { spans }
    }

    #[cfg(test)]
    pub(super) fn new(spans: BTreeMap<usize, Vec<Span>>) -> Self {
        Self { spans }
    }

    /// Those of a source that touch a range of its text.
    pub(super) fn within(&self, source: usize, range: &Range<usize>) -> &[Span] {
        let spans = self.spans.get(&source).map_or(&[][..], Vec::as_slice);
        // They are values of one text, which do not overlap, so their ends are in order, too.
        let first = spans.partition_point(|span| (span.end as usize) < range.start);
        let last = spans.partition_point(|span| (span.start as usize) < range.end);
        spans.get(first..last).unwrap_or_default()
    }
}

/// Whether findings point at secrets themselves.
fn points_at_secrets(about: &About) -> bool {
    about.id.starts_with("secret-")
}

/// Whether a finding is about an object made of secrets.
pub(super) fn is_confidential(text: &str, finding: &Finding) -> bool {
    match &finding.object {
        Some(object) => CONFIDENTIAL.contains(&object.kind.as_str()),
        None => finding.spots.first().is_some_and(|it| names_one(text, it.span.start as usize)),
    }
}

/// Whether the document around a byte names such a kind.
fn names_one(text: &str, at: usize) -> bool {
    const FAR: usize = 1 << 16;
    let (mut from, mut to) = (at.saturating_sub(FAR).min(text.len()), (at + FAR).min(text.len()));
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let before = text.get(from..at).unwrap_or_default();
    let after = text.get(at..to).unwrap_or_default();
    let before = before.rsplit("\n---").next().unwrap_or_default();
    let after = after.split("\n---").next().unwrap_or_default();
    [before, after].iter().flat_map(|it| it.split(['\n', '\r', ',', '{'])).any(|part| {
        let bare = |text: &str| text.trim_matches([' ', '\t', '-', '"', '\'', '}', ']']).to_owned();
        part.split_once(':').is_some_and(|(key, value)| {
            let value = value.split('#').next().unwrap_or_default();
            bare(key) == "kind" && CONFIDENTIAL.contains(&bare(value).as_str())
        })
    })
}

/// The values on the lines of an object that is made of secrets. The first line may be cut off at its
/// beginning; `start` is where the lines are in the source.
pub(super) fn values(lines: &str, start: usize, is_cut: bool) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut end = start;
    for line in lines.split_inclusive(['\n', '\r']) {
        let (start, is_whole) = (end, end > start || !is_cut);
        end += line.len();
        let (key, value) = line.split_once(':').unwrap_or(("", line));
        let name = key.trim_start_matches([' ', '-', '"']).trim_end_matches('"');
        if OPEN_KEYS.contains(&name) && !value.contains([',', '{', '[']) {
            continue;
        }
        let is_hidden = key.is_empty() || !is_whole || looks_like_key(name);
        let from = if is_hidden { start } else { start + key.len() + 1 };
        spans.push(Span::new(from, end));
    }
    spans
}

/// The values of the Secrets in a text, those that are misspelt or in other objects included.
fn values_of_secrets(text: &str) -> Vec<Span> {
    let mut values = Vec::new();
    let may_hold_one = |text: &str| text.contains("ecret") && text.contains("ata");
    if !may_hold_one(text) {
        return values;
    }
    let sections = harden_yaml::sections(text).into_iter().filter(|it| may_hold_one(it.text(text)));
    for document in sections.flat_map(|it| harden_yaml::documents_in(text, it)) {
        for object in objects(document.root()) {
            let is_misspelt = object.group.is_empty() && schema::is_custom(&object);
            visit(object.place, is_misspelt || is_secret_kind(object.kind), &mut values);
        }
    }
    values
}

fn is_secret_kind(kind: &str) -> bool {
    matches!(kind.trim().to_lowercase().as_str(), "secret" | "secrets")
}

/// Adds the values of a Secret, or of those below something else.
fn visit(place: Place<'_>, is_secret: bool, values: &mut Vec<Span>) {
    let is_secret = is_secret || place.at("kind").as_str().is_some_and(is_secret_kind);
    for (key, value) in place.entries() {
        match key {
            "apiVersion" | "kind" | "metadata" | "type" if is_secret => {}
            _ if is_secret => hide(value, values),
            _ => visit(value, false, values),
        }
    }
    place.items().for_each(|it| visit(it, is_secret, values));
}

fn hide(place: Place<'_>, values: &mut Vec<Span>) {
    place.entries().for_each(|(_, it)| hide(it, values));
    place.items().for_each(|it| hide(it, values));
    if place.exists() && !place.is_map() && !place.is_list() {
        values.push(place.span());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn what_belongs_to_no_object_is_told_by_its_document() {
        let text = "kind: Pod\n---\nstringData: {a: b}\n\"kind\": 'Secret' # x\n---\nkind: Pod\n";
        let is_confidential = |marked| names_one(text, text.find(marked).unwrap());
        assert!(is_confidential("stringData") && is_confidential("# x"));
        assert!(!is_confidential("kind") && !names_one(text, text.len()));
        assert!(names_one("{\"kind\":\"Secret\",\"data\":{}}", 20));
    }

    #[test]
    fn values_are_all_but_keys_and_what_is_open() {
        let values = |text: &str, is_cut| {
            values(text, 0, is_cut).iter().map(|it| it.text(text).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(values("kind: Secret\n  a: b\n", false), [" b\n"]);
        assert_eq!(values("name: a, secret: b\n", false), [" a, secret: b\n"]);
        assert_eq!(values("bbb\n- name: x", false), ["bbb\n"]);
        let misplaced = "- MDEyMzQ1Njc4OWFiY2RlZg==: b\n";
        assert_eq!(values(misplaced, false), [misplaced], "a key where a name should be");
        assert_eq!(values("c2Vjcm\",\"d\": 1\ne: f", true), ["c2Vjcm\",\"d\": 1\n", " f"]);
    }
}
