//! Where something is written, for whoever speaks of it after its text is gone.

use std::fmt;

/// Where something is written. Its words are `roles.yaml:12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot<'a> {
    /// What the source is called, or what else it stands for: `Kubernetes v1.37` for what is assumed of a cluster.
    pub source: &'a str,
    /// The line, where somebody reads the text by its lines.
    pub line: Option<u32>,
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}
