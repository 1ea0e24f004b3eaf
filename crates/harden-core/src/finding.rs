//! What checking comes to: findings, and what they are about.
//!
//! A large input has the same few findings in thousands of objects, so their texts are shared.

mod about;
mod evidence;
mod fingerprint;
mod fix;
mod mend;
mod severity;

pub use about::{About, Example, Reference};
pub use evidence::Evidence;
pub(crate) use fingerprint::{Identity, spots};
pub use fix::{Fix, Remedy, Safety};
pub use mend::{Companion, Mend};
pub use severity::Severity;

pub use crate::object::ObjectReference;

use std::cmp::Ordering;
use std::sync::Arc;

use harden_yaml::{Position, Span};

/// One flaw of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it has in common with others of its kind.
    pub about: Arc<About>,
    /// What is wrong here, in one line without a full stop.
    pub message: Arc<str>,
    /// The source it is in, by its place in the input.
    pub source: usize,
    /// The document of the source that it is in, as [`harden_yaml::documents()`] yields them.
    pub document: u32,
    /// The object it is about; `None` for text that is no object.
    pub object: Option<Arc<ObjectReference>>,
    /// Where: the first is the one to point at. A flaw that several containers share is one
    /// finding with several spots. Never empty.
    pub spots: Box<[Spot]>,
    /// Why it is not counted, when somebody decided so.
    pub ignored: Option<Box<Ignored>>,
    /// Whether it was there before, when a check is compared with an earlier one.
    pub status: Option<Status>,
}

/// Whether a finding was there when an earlier check looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It was not, or not at all of its places, or somebody had decided not to count it.
    New,
    /// It was.
    Unchanged,
}

impl Status {
    /// Its lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
        }
    }
}

impl Finding {
    /// Whether an earlier check found it, too.
    pub fn is_unchanged(&self) -> bool {
        self.status == Some(Status::Unchanged)
    }

    /// The order of reports: by source, place in its text, and rule.
    pub fn order(&self, other: &Self) -> Ordering {
        let start = |it: &Self| it.spots.first().map(|it| it.span.start);
        let places = (self.source, start(self)).cmp(&(other.source, start(other)));
        places.then_with(|| self.about.id.cmp(&other.about.id))
    }

    /// The same for the same flaw of the same object in every run, however lines move: a hash of the
    /// rule, the object, and the field with its container's name instead of a number.
    ///
    /// Two findings may share one; baselines count them.
    pub fn fingerprint(&self) -> u64 {
        Identity::of(self).whole(spots(&self.spots))
    }
}

/// A place in the text of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Bytes of the source's text.
    pub span: Span,
    /// Where the span begins.
    pub start: Position,
    /// Where the span ends; its last character is before it.
    pub end: Position,
    /// The field in the object, e.g. `spec.containers[0].securityContext.privileged`; in the document
    /// where that is no object, and empty for text that is no field.
    pub path: Arc<str>,
    /// What there is to say of this spot, e.g. the container's name; may be empty.
    pub label: Arc<str>,
    /// What would mend it here; `None` where that takes a decision.
    pub remedy: Option<Arc<Remedy>>,
}

/// The decision not to count a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// How it was decided.
    pub by: IgnoredBy,
    /// The reason that was given.
    pub reason: String,
}

/// How a finding was ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IgnoredBy {
    /// `# harden: ignore[rule-id] reason`.
    Comment,
    /// The annotation `harden.kubectl.io/ignore.<rule-id>: reason`.
    Annotation,
    /// An entry of `.kubectl-harden.yaml`.
    File,
}
