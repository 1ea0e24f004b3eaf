//! Decisions not to count a finding: by comment, by annotation, by file; always with a reason.

mod comment;
mod decisions;
mod families;
mod file;
mod places;
mod root;
#[cfg(test)]
mod tests;

pub(crate) use families::Families;
pub use file::{FileIgnore, matches};
pub use root::Root;

use std::fmt;
use std::sync::Arc;

use harden_yaml::{Document, Place, Position};

use crate::finding::{Finding, IgnoredBy, ObjectReference};
use crate::object::Object;
use crate::object::Origin;
use decisions::{Decision, Decisions};

/// What the keys of ignoring annotations begin with.
pub const ANNOTATION_PREFIX: &str = "harden.kubectl.io/ignore.";

/// One decision that a text holds, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The source that it is in, by its place in the input.
    pub source: usize,
    /// The document of the source.
    pub document: u32,
    /// The object that it is about; `None` for all of them.
    pub object: Option<Arc<ObjectReference>>,
    /// The only line that it is about, from 1.
    pub line: Option<u32>,
    /// The rules that it is about; `*` for all.
    pub rules: Vec<String>,
    /// The reason that was given.
    pub reason: String,
    /// How it was decided.
    pub by: IgnoredBy,
}

/// An object that entries of a file are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The source that it is in, by its place in the input.
    pub(crate) source: usize,
    /// The document of the source.
    pub(crate) document: u32,
    object: Arc<ObjectReference>,
    /// Which of the [`Families`].
    family: usize,
}

/// The ignores that a document holds.
pub(crate) fn collect(
    (source, number): (usize, u32),
    document: &Document<'_>,
    objects: &[Object<'_>],
    position: &dyn Fn(u32) -> Position,
) -> Vec<Ignore> {
    let mut ignores = comment::read((source, number), document, objects, position);
    for object in objects {
        read_annotations(source, object, object.place.at("metadata"), &mut ignores);
        for pod in object.pods().iter().filter(|it| it.origin == Origin::Template) {
            read_annotations(source, object, pod.metadata, &mut ignores);
        }
    }
    ignores
}

/// The entries of a file that are about an object of a file of this name.
pub(crate) fn choose<'c>(
    source: usize,
    object: &'c Object<'_>,
    path: &str,
    families: &Families,
) -> impl Iterator<Item = Choice> + use<'c> {
    let choice = move |family| {
        let (document, object) = (object.document, object.reference());
        Choice { source, document, object, family }
    };
    families.about(object, path).into_iter().map(choice)
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
            document: object.document,
            object: Some(object.reference()),
            line: None,
            rules: vec![rule.to_owned()],
            reason: value.as_str().unwrap_or_default().trim().to_owned(),
            by: IgnoredBy::Annotation,
        });
    }
}

/// What is decided of all findings.
pub(crate) struct Decided<'i> {
    /// The decisions that the texts hold.
    pub(crate) ignores: &'i [Ignore],
    /// Those of a file.
    pub(crate) entries: &'i [FileIgnore],
    /// The same, by what they are about.
    pub(crate) families: &'i Families,
    /// What they are about of the input.
    pub(crate) choices: &'i [Choice],
}

/// Marks the findings that somebody decided not to count, place by place: of a finding with several places
/// those that are decided upon become one of their own. Returns the decisions of texts that were about nothing,
/// or that give no reason and therefore do not count, and which entries of the file were about something.
/// `is_rule` tells which rules there are.
pub(crate) fn apply(
    findings: &mut Vec<Finding>,
    decided: &Decided<'_>,
    is_rule: impl Fn(&str) -> bool,
) -> (Vec<Unused>, Vec<bool>) {
    let Decided { ignores, entries, families, choices } = *decided;
    let mut decisions = Decisions::new(ignores, entries, families, choices);
    let mut parts = Vec::new();
    for finding in findings.iter_mut() {
        if !decisions.may_be_about(finding) {
            continue;
        }
        let of_spot = |spot| decisions.of(finding, spot);
        let decided: Vec<Option<Decision<'_>>> = finding.spots.iter().map(of_spot).collect();
        if decided.iter().any(Option::is_some) {
            parts.extend(places::decide(finding, &decided));
        }
    }
    if !parts.is_empty() {
        findings.append(&mut parts);
        findings.sort_by(Finding::order);
    }
    let unused = ignores.iter().zip(decisions.used).filter(|(_, used)| !used);
    let unused = unused.map(|(ignore, _)| Unused::new(ignore, &is_rule)).collect();
    (unused, decisions.used_entries)
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
