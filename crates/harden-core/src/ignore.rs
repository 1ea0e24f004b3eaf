//! Decisions not to count a finding: by comment, by annotation, by file; always with a reason.

mod comment;
mod file;
mod places;
#[cfg(test)]
mod tests;

pub use file::{FileIgnore, matches};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use harden_yaml::{Document, Place, Position};

use crate::finding::{Finding, IgnoredBy, ObjectReference, Spot};
use crate::object::Object;
use crate::object::Origin;

/// What the keys of ignoring annotations begin with.
pub const ANNOTATION_PREFIX: &str = "harden.kubectl.io/ignore.";

/// One decision, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The source that it is in or about, by its place in the input.
    pub source: usize,
    /// The only document of the source that it is about.
    pub document: Option<u32>,
    /// The object that it is about; `None` for all of them.
    pub object: Option<Arc<ObjectReference>>,
    /// The only line that it is about, from 1.
    pub line: Option<u32>,
    /// The only container that it is about.
    pub container: Option<String>,
    /// The rules that it is about; `*` for all.
    pub rules: Vec<String>,
    /// The reason that was given.
    pub reason: String,
    /// How it was decided.
    pub by: IgnoredBy,
    /// The entry of the file, by its place there, where a file decided.
    pub entry: Option<usize>,
}

impl Ignore {
    /// Whether it is about this place of a finding.
    fn is_about(&self, finding: &Finding, spot: &Spot) -> bool {
        self.source == finding.source
            && self.document.is_none_or(|it| it == finding.document)
            && (self.object.is_none() || self.object == finding.object)
            && self.rules.iter().any(|it| it == "*" || *it == finding.about.id)
            && self.line.is_none_or(|it| spot.start.line <= it && it <= spot.end.line)
            && self.container.as_ref().is_none_or(|name| *spot.label == **name)
    }
}

/// The ignores that a document holds, and those of the file that are about its objects.
pub(crate) fn collect(
    (source, number): (usize, u32),
    document: &Document<'_>,
    objects: &[Object<'_>],
    file: &[FileIgnore],
    position: &dyn Fn(u32) -> Position,
) -> Vec<Ignore> {
    let mut ignores = comment::read((source, number), document, objects, position);
    for object in objects {
        read_annotations(source, object, object.place.at("metadata"), &mut ignores);
        for pod in object.pods().iter().filter(|it| it.origin == Origin::Template) {
            read_annotations(source, object, pod.metadata, &mut ignores);
        }
        for (entry, ignore) in file.iter().enumerate().filter(|(_, it)| it.is_about(object)) {
            ignores.push(Ignore {
                source,
                document: Some(object.document),
                object: Some(object.reference()),
                line: None,
                container: ignore.container.clone(),
                rules: vec![ignore.rule.clone()],
                reason: ignore.reason.clone(),
                by: IgnoredBy::File,
                entry: Some(entry),
            });
        }
    }
    ignores
}

fn read_annotations(
    source: usize,
    object: &Object<'_>,
    metadata: Place<'_>,
    ignores: &mut Vec<Ignore>,
) {
    for (key, value) in metadata.at("annotations").entries() {
        let Some(rule) = key.strip_prefix(ANNOTATION_PREFIX) else { continue };
        ignores.push(Ignore {
            source,
            document: Some(object.document),
            object: Some(object.reference()),
            line: None,
            container: None,
            rules: vec![rule.to_owned()],
            reason: value.as_str().unwrap_or_default().trim().to_owned(),
            by: IgnoredBy::Annotation,
            entry: None,
        });
    }
}

/// Marks the findings that somebody decided not to count, place by place: of a finding with several places
/// those that are decided upon become one of their own. Returns the decisions that were about nothing, or
/// that give no reason and therefore do not count. `is_rule` tells which rules there are.
pub fn apply(
    findings: &mut Vec<Finding>,
    ignores: &[Ignore],
    is_rule: impl Fn(&str) -> bool,
) -> Vec<Unused> {
    let mut by_source: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, ignore) in ignores.iter().enumerate() {
        by_source.entry(ignore.source).or_default().push(index);
    }
    let mut used = vec![false; ignores.len()];
    let mut parts = Vec::new();
    for finding in findings.iter_mut() {
        let Some(indexes) = by_source.get(&finding.source) else { continue };
        // For each place the first decision that is about it.
        let mut decided: Vec<Option<&Ignore>> = vec![None; finding.spots.len()];
        for index in indexes {
            let (Some(ignore), Some(used)) = (ignores.get(*index), used.get_mut(*index)) else {
                continue;
            };
            if ignore.reason.is_empty() {
                continue;
            }
            for (spot, decided) in finding.spots.iter().zip(&mut decided) {
                if ignore.is_about(finding, spot) {
                    *used = true;
                    decided.get_or_insert(ignore);
                }
            }
        }
        if decided.iter().any(Option::is_some) {
            parts.extend(places::decide(finding, &decided));
        }
    }
    if !parts.is_empty() {
        findings.append(&mut parts);
        findings.sort_by(Finding::order);
    }
    let unused = ignores.iter().zip(used).filter(|(_, used)| !used);
    unused.map(|(ignore, _)| Unused::new(ignore, &is_rule)).collect()
}

/// A decision that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The decision.
    pub ignore: Ignore,
    /// Why it changes nothing, e.g. "no such finding".
    pub why: &'static str,
}

impl Unused {
    fn new(ignore: &Ignore, is_rule: impl Fn(&str) -> bool) -> Self {
        let known = |id: &String| id == "*" || is_rule(id);
        let why = if ignore.reason.is_empty() {
            "it gives no reason"
        } else if ignore.rules.iter().all(known) {
            "there is nothing to ignore"
        } else {
            "there is no such rule"
        };
        Self { ignore: ignore.clone(), why }
    }
}

impl fmt::Display for Unused {
    /// `the ignore of mutable-image-tag of Deployment team-a/web changes nothing: there is nothing to
    /// ignore`; where it is, is for others to say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ignore of {}", self.ignore.rules.join(", "))?;
        if let Some(object) = &self.ignore.object {
            write!(f, " of {object}")?;
        }
        write!(f, " changes nothing: {}", self.why)
    }
}
