//! What is known of an image that a fix is about, beyond what manifests say.

/// What is known of what a fix changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// Whether by it the fix can be done without a thought.
    pub is_enough: bool,
    /// What is known, as a sentence.
    pub text: String,
}
