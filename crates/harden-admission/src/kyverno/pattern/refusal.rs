//! Why Kyverno does not admit a policy with such a pattern.

/// Why a pattern is refused, and at which of its keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only mutations add what is not there.
    #[error("`{path}`: `+()` adds, and a pattern only asks; write `=()` for what may be absent")]
    Addition {
        /// The keys from the root, with slashes between them.
        path: String,
    },
    /// The value of `^()` is no list, or an empty one.
    #[error("`{path}`: `^()` looks into a list; write its value as a list with an element")]
    Existence {
        /// The keys from the root, with slashes between them.
        path: String,
    },
    /// Kyverno has no such limit; it protects the stack.
    #[error("the pattern is nested deeper than {limit} levels; write it flatter")]
    Depth {
        /// How deep a pattern may be.
        limit: usize,
    },
}
