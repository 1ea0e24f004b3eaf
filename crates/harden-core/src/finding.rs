//! What checking comes to: findings, and what they are about.
//!
//! A large input has the same few findings in thousands of objects, so their texts are shared.

mod about;
mod fix;
mod mend;
mod severity;

pub use about::{About, Example, Reference};
pub use fix::{Fix, Remedy, Safety};
pub use mend::{Companion, Mend};
pub use severity::Severity;

pub use crate::object::ObjectReference;

use std::cmp::Ordering;
use std::hash::Hasher as _;
use std::sync::Arc;

use fnv::FnvHasher;
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
}

impl Finding {
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
        let mut hash = FnvHasher::default();
        let mut write = |text: &[u8]| {
            hash.write(text);
            hash.write_u8(0);
        };
        write(self.about.id.as_bytes());
        if let Some(object) = &self.object {
            let group = object.api_version.rsplit_once('/').map_or("", |(group, _)| group);
            [group, &object.kind, &object.namespace, &object.name]
                .into_iter()
                .for_each(|it| write(it.as_bytes()));
        }
        for spot in &self.spots {
            // List positions change when items are added before them.
            let parts = spot.path.as_bytes().split(|byte| matches!(byte, b'[' | b']'));
            parts.filter(|it| !it.iter().all(u8::is_ascii_digit)).for_each(&mut write);
            // A container without a name is called by its place in the list.
            let label = if spot.label.ends_with(']') { "" } else { &spot.label };
            write(label.as_bytes());
        }
        hash.finish()
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
