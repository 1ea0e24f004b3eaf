//! What of a text may be secret: who sees a report, a draft or a temporary file need not be allowed to see
//! the manifest.
//!
//! Whatever may be a Secret is taken for one until it is known not to be.

mod comments;
pub(crate) mod credentials;
mod disguise;
mod kinds;
mod lines;
mod marks;
mod objects;
mod storage;
mod told;

pub use marks::{Manner, emptied, marked};
pub use storage::storable;
pub use told::{HIDDEN, told};

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use harden_yaml::{Document, Place, ProblemKind, Span, Style};

/// The annotation in which `kubectl apply` keeps a copy of the object as it was sent, the values of a Secret included.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A document that may hold something secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confidence {
    /// The document's part of the text.
    pub document: Span,
    /// Why, each reason once; never empty.
    pub reasons: Vec<Reason>,
    /// The values that may be secret: bytes of the text, in order and without overlap.
    pub values: Vec<Span>,
}

/// Why a document may hold something secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is a Secret, or holds one.
    Secret,
    /// It is the API server's file of encryption keys.
    EncryptionConfiguration,
    /// It is a kubeconfig.
    Kubeconfig,
    /// It is a store of the External Secrets Operator with values of its own.
    FakeStore,
    /// It holds a password, a token or a key; says which, with its article.
    Credential(&'static str),
    /// It cannot be read or does not say what it is, so that it may be a Secret.
    Unknown,
}

impl fmt::Display for Reason {
    /// What it is or holds, as in `holds a password`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => f.write_str("is a Secret"),
            Self::EncryptionConfiguration => f.write_str("holds encryption keys"),
            Self::Kubeconfig => f.write_str("is a kubeconfig"),
            Self::FakeStore => f.write_str("is a store with values of its own"),
            Self::Credential(what) => write!(f, "holds {what}"),
            Self::Unknown => f.write_str("may be a Secret"),
        }
    }
}

/// The documents of a text that may hold something secret, in their order; comments count as well.
pub fn confidences(text: &str) -> Vec<Confidence> {
    let all = harden_yaml::documents(text).map(|it| of_document(&it));
    all.filter(|it| !it.reasons.is_empty()).collect()
}

/// The values of a text that may be secret: bytes of it, in order and without overlap.
pub fn values(text: &str) -> Vec<Span> {
    confidences(text).into_iter().flat_map(|it| it.values).collect()
}

/// What of a document may be secret. Without a reason to think so there are values where it does not say what
/// it is.
pub(crate) fn of_document(document: &Document<'_>) -> Confidence {
    let text = document.text();
    let span = document.span();
    let start = span.start;
    let of_lines = |lines: Vec<Span>, from: u32| {
        lines.into_iter().map(move |it| Span { start: it.start + from, end: it.end + from })
    };
    let mut confidence = Confidence { document: span, reasons: Vec::new(), values: Vec::new() };
    if document.is_rejected() {
        let (reasons, lines) = lines::read(span.text(text));
        confidence.reasons = reasons;
        confidence.values.extend(of_lines(lines, start));
    } else {
        let mut found = objects::read(document);
        let read = if document.root().exists() { comments::read } else { comments::read_alone };
        for block in comment_blocks(document) {
            let (reasons, lines) = read(block.text(text));
            reasons.into_iter().for_each(|it| found.add_reason(it));
            found.spans.extend(of_lines(lines, block.start));
        }
        confidence.values.extend(found.values.iter().map(|it| content(*it)));
        confidence.values.extend(&found.spans);
        // Keys that are set again, text that is not read, and tags are not among the values.
        let is_tag =
            |it: &[u8]| matches!(it, [before, b'!' | b'&'] if b" \t\r\n[{,".contains(before));
        let has_tags = || span.text(text).as_bytes().windows(2).any(is_tag);
        if !document.problems().is_empty() || !found.reasons.is_empty() && has_tags() {
            let is_made_of_secrets = |it: &Reason| !matches!(it, Reason::Credential(_));
            let lines = if found.reasons.iter().any(is_made_of_secrets) {
                lines::hidden(span.text(text))
            } else {
                let read = if hides_kind(document) { lines::read } else { lines::generous };
                let (reasons, lines) = read(span.text(text));
                reasons.into_iter().for_each(|it| found.add_reason(it));
                lines
            };
            confidence.values.extend(of_lines(lines, start));
        }
        confidence.reasons = found.reasons;
    }
    confidence.values = merged(confidence.values);
    confidence
}

/// Whether a document may say another kind than the one that is read.
fn hides_kind(document: &Document<'_>) -> bool {
    let hides = |it: &ProblemKind| match it {
        ProblemKind::IgnoredContent => true,
        ProblemKind::DuplicateKey { key, .. } => key == "kind",
        _ => false,
    };
    !document.root().exists() || document.problems().iter().any(|it| hides(&it.kind))
}

/// The bytes of a value without its quotes, or without the header of its block.
fn content(value: Place<'_>) -> Span {
    let (span, source) = (value.span(), value.source());
    let (before, after) = match value.style() {
        Style::SingleQuoted | Style::DoubleQuoted if source.len() >= 2 => (1, 1),
        Style::Literal | Style::Folded => (source.find(['\n', '\r']).unwrap_or(source.len()), 0),
        _ => (0, 0),
    };
    Span::new(span.start as usize + before, (span.end as usize).saturating_sub(after))
}

/// What may be secret in some lines of a text, by their words alone. What a value belongs to may stand on the
/// lines before.
pub(crate) fn in_lines(text: &str, lines: &Range<usize>) -> Vec<Span> {
    const BEFORE: usize = 300;
    if !text.get(lines.clone()).is_some_and(may_name_secrets) {
        return Vec::new();
    }
    let mut start = lines.start.saturating_sub(BEFORE);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let window = text.get(start..lines.end).unwrap_or_default();
    let (_, spans) = lines::credentials(window);
    let shift = |at: u32| at as usize + start;
    let spans = spans.into_iter().map(|it| Span::new(shift(it.start), shift(it.end)));
    spans.filter(|it| it.end as usize > lines.start).collect()
}

/// Whether a text may hold an object that is made of secrets: cheap, and seldom wrong for others.
pub(crate) fn may_hold_secrets(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "ecret",
        "ncryption",
        "users:",
        "\"users\"",
        "fake",
        "last-applied",
        "tringdata",
        "TRINGDATA",
    ];
    WORDS.iter().any(|it| text.contains(it))
        || text.match_indices("ata").any(|(at, word)| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + word.len()..).unwrap_or_default();
            !before.ends_with("etad") && after.starts_with([':', '"', '\'', ' '])
        })
        || text.contains('\\') && may_name_secrets(text)
}

/// Whether a text has a word that secrets are called by, or a sign that they have.
fn may_name_secrets(text: &str) -> bool {
    const WORDS: [&[u8]; 11] = [
        b"pass", b"pwd", b"pw", b"secret", b"token", b"key", b"auth", b"value", b"://", b"mysql",
        b"mariadb",
    ];
    let bytes = text.as_bytes();
    WORDS.iter().any(|word| bytes.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word)))
        || text.contains('@')
        || credentials::has_shape(text)
}

/// Comments that follow each other line by line, as one.
fn comment_blocks(document: &Document<'_>) -> Vec<Span> {
    let mut blocks: Vec<Span> = Vec::new();
    for comment in document.comments() {
        let gap = blocks.last().map(|it| Span { start: it.end, end: comment.span.start });
        let is_next = gap.is_some_and(|it| it.text(document.text()).trim().is_empty());
        match blocks.last_mut() {
            Some(block) if is_next => block.end = comment.span.end,
            _ => blocks.push(comment.span),
        }
    }
    blocks
}

/// Spans in order, those that touch each other as one.
pub(crate) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|it| !it.is_empty());
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// The text with other values in place of those that may be secret: of the same length where that is known,
/// on the same lines, and read in the same way.
pub fn disguised<'t>(text: &'t str, confidences: &[Confidence]) -> Cow<'t, str> {
    let spans = confidences.iter().flat_map(|it| &it.values);
    let values: Vec<_> = spans.map(|it| (*it, disguise::of_text(it.text(text)))).collect();
    disguise::replace(text, &values)
}
