//! What does not match, and what it means for the whole.

use super::budget::Exhausted;

/// Why matching stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The resource is not as the pattern asks.
    Mismatch(Mismatch),
    /// It would take too long.
    Exhausted,
}

/// A place where a resource is not as the pattern asks.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// Which error of upstream's it is.
    pub(super) kind: Kind,
    /// Where; empty where upstream knows no place.
    pub(super) path: String,
    /// What upstream says.
    pub(super) text: String,
}

/// The kinds of upstream's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value that is not as asked.
    Plain,
    /// A condition that does not hold.
    Condition,
    /// A condition for all that does not hold.
    Global,
    /// A key that must not be there.
    Negation,
    /// Several conditions of a map or list, of which none holds.
    Skipped,
}

const CONDITION: &str = "conditional anchor mismatch";
const GLOBAL: &str = "global anchor mismatch";
const NEGATION: &str = "negation anchor matched in resource";

impl Mismatch {
    /// A value that is not as asked.
    pub(super) fn plain(path: &str, text: String) -> Stop {
        Stop::Mismatch(Self { kind: Kind::Plain, path: path.to_owned(), text })
    }

    /// A condition that does not hold, for what is beside it.
    pub(super) fn condition(path: String, reason: &str) -> Stop {
        let text = format!("{CONDITION}: {reason}");
        Stop::Mismatch(Self { kind: Kind::Condition, path, text })
    }

    /// A condition that does not hold, for the whole resource.
    pub(super) fn global(path: String, reason: &str) -> Stop {
        Stop::Mismatch(Self { kind: Kind::Global, path, text: format!("{GLOBAL}: {reason}") })
    }

    /// A key that must not be there.
    pub(super) fn negation(path: &str) -> Stop {
        let text = format!("{NEGATION}: {path} is not allowed");
        Stop::Mismatch(Self { kind: Kind::Negation, path: path.to_owned(), text })
    }

    /// Conditions of which none holds.
    pub(super) fn skipped(path: &str, conditions: &[Self]) -> Stop {
        let texts: Vec<&str> = conditions.iter().map(|it| it.text.as_str()).collect();
        let text = texts.join("; ");
        Stop::Mismatch(Self { kind: Kind::Skipped, path: path.to_owned(), text })
    }

    /// Whether the pattern does not apply; upstream looks at the words where it lost the kind.
    pub(super) fn skips(&self) -> bool {
        match self.kind {
            Kind::Condition | Kind::Global => true,
            Kind::Negation => false,
            Kind::Plain | Kind::Skipped => {
                self.text.contains(CONDITION) || self.text.contains(GLOBAL)
            }
        }
    }

    /// Whether something is there that must not be.
    pub(super) fn is_negation(&self) -> bool {
        match self.kind {
            Kind::Negation => true,
            Kind::Condition | Kind::Global => false,
            Kind::Plain | Kind::Skipped => self.text.contains(NEGATION),
        }
    }
}

impl Stop {
    /// A mismatch as another one; what takes too long stays so.
    pub(super) fn becoming(self, become_other: impl FnOnce(Mismatch) -> Self) -> Self {
        match self {
            Self::Mismatch(mismatch) => become_other(mismatch),
            Self::Exhausted => Self::Exhausted,
        }
    }
}

impl From<Exhausted> for Stop {
    fn from(_: Exhausted) -> Self {
        Self::Exhausted
    }
}
