//! Objects of one name that do not say the same.

/// Objects of one kind, namespace and name of which not all say the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Several {
    /// What they are, e.g. `Namespace shop`.
    pub what: String,
    /// How many there are.
    pub count: usize,
}
