//! What checking comes to: findings, and what they are about.
//!
//! A large input has the same few findings in thousands of objects, so their texts are shared.

mod fix;

use std::cmp::Ordering;
use std::sync::Arc;

pub use fix::{Fix, Remedy, Safety};
use harden_yaml::{Pointer, Position, Span};

use crate::rule::Rule;

/// One flaw of one object.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static Rule,
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
        places.then_with(|| self.rule.id.cmp(other.rule.id))
    }

    /// The same for the same flaw of the same object in every run, however lines move: a hash of the
    /// rule, the object, and the field with its container's name instead of a number.
    ///
    /// Two findings may share one; baselines count them.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.write(self.rule.id.as_bytes());
        if let Some(object) = &self.object {
            let group = object.api_version.rsplit_once('/').map_or("", |(group, _)| group);
            [group, &object.kind, &object.namespace, &object.name]
                .into_iter()
                .for_each(|it| hash.write(it.as_bytes()));
        }
        for spot in &self.spots {
            // List positions change when items are added before them.
            let parts = spot.path.as_bytes().split(|byte| matches!(byte, b'[' | b']'));
            parts.filter(|it| !it.iter().all(u8::is_ascii_digit)).for_each(|it| hash.write(it));
            hash.write(spot.label.as_bytes());
        }
        hash.0
    }
}

/// FNV-1a, 64 bits: small, and the same on every machine.
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Takes in a text, and where it ends.
    pub(crate) fn write(&mut self, text: &[u8]) {
        for byte in text.iter().chain(&[0]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
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

/// What an object is called, and where it is in its document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectReference {
    /// `apiVersion` as it is written.
    pub api_version: String,
    /// `kind` as it is written.
    pub kind: String,
    /// Its namespace; empty where none is written.
    pub namespace: String,
    /// Its name, or its `generateName`; empty where neither is written.
    pub name: String,
    /// The way to it from the root of its document: empty, unless it is in a List.
    pub pointer: Pointer,
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

impl std::fmt::Display for ObjectReference {
    /// `Deployment team-a/web`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        if self.namespace.is_empty() {
            write!(f, "{} {name}", self.kind)
        } else {
            write!(f, "{} {}/{name}", self.kind, self.namespace)
        }
    }
}
