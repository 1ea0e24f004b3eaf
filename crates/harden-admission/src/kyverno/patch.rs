//! The patches of mutation rules, applied as Kyverno applies them.

mod json;
mod strategic;

use serde_json::Value;

/// Why a patch cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::kyverno) enum Failure {
    /// Kyverno does not apply it, in its words as far as they are known.
    #[error("{0}")]
    Error(String),
    /// Kyverno may apply it, and what comes of it cannot be said here.
    #[error("{0}")]
    NotJudged(String),
}

/// Applies a `patchStrategicMerge` without variables to a resource.
pub(in crate::kyverno) fn merge(resource: &Value, patch: &Value) -> Result<Value, Failure> {
    strategic::apply(resource, patch)
}

/// Applies the text of a `patchesJson6902` without variables to a resource.
pub(in crate::kyverno) fn apply(resource: &Value, text: &str) -> Result<Value, Failure> {
    json::apply(resource, text)
}

#[cfg(test)]
mod tests;
