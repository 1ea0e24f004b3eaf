//! The patterns of `validate.pattern`, matched as Kyverno's engine matches them.
//!
//! A pattern has the shape of a resource. Its keys may be anchors, its strings may be conditions. What the
//! engine does is copied with its corners: an error is told by the words in its message, so a resource whose
//! values hold such words is skipped by Kyverno, and here.

pub(crate) mod anchor;
mod budget;
pub(crate) mod condition;
pub(crate) mod duration;
mod expansion;
pub(crate) mod float;
mod matcher;
mod mismatch;
pub(crate) mod printed;
mod refusal;
pub(crate) mod scalar;
pub(crate) mod tree;
pub(crate) mod wildcard;

use serde_json::Value;

pub(crate) use anchor::Anchor;
pub use refusal::Refusal;

use matcher::Matcher;
use tree::Node;

/// A pattern that Kyverno admits, read once and matched with many resources.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(crate) root: Node,
}

/// What a pattern says of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The resource is as the pattern asks.
    Pass,
    /// A condition does not hold, so the pattern says nothing of the resource.
    Skip {
        /// Which one, in Kyverno's words.
        message: String,
    },
    /// The resource is not as the pattern asks.
    Fail {
        /// Where, from the root, with a slash behind each key and index: `/spec/containers/0/image/`.
        path: String,
        /// Why, in Kyverno's words.
        message: String,
    },
    /// The pattern could not be judged: what does not match has no path, as where an anchor's key is
    /// nowhere in the resource, or matching takes too long.
    Error {
        /// Why; in Kyverno's words, but for the time.
        message: String,
    },
}

impl Pattern {
    /// Reads a pattern as Kyverno reads it when a policy is created.
    pub fn read(pattern: &Value) -> Result<Self, Refusal> {
        tree::read(pattern).map(|root| Self { root })
    }

    /// Reads a condition of a patch: Kyverno refuses less of it.
    pub(crate) fn read_condition(pattern: &Value) -> Result<Self, Refusal> {
        tree::read_condition(pattern).map(|root| Self { root })
    }

    /// Matches a resource with the pattern. Whole numbers that 64 bits hold are integers, as the API
    /// machinery has them; all others are floats.
    pub fn judge(&self, resource: &Value) -> Verdict {
        Matcher::default().judge(resource, &self.root)
    }
}

/// A key without its anchor.
pub(crate) fn without_anchors(key: &str) -> &str {
    Anchor::parse(key).map_or(key, |(_, name)| name)
}

#[cfg(test)]
mod tests;
