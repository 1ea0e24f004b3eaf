//! Why an evaluation has no value.

use std::fmt;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server has an error too, in its words where they are known; the failure policy decides.
    Error(String),
    /// The server may have a value; this crate cannot say.
    NotJudged(String),
    /// The evaluation takes more than one is allowed to.
    TooCostly,
}

impl Failure {
    pub(super) fn error<T>(message: impl Into<String>) -> Result<T, Self> {
        Err(Self::Error(message.into()))
    }

    pub(super) fn not_judged<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::NotJudged(why.into()))
    }

    /// No function of this name takes such values.
    pub(super) fn no_overload<T>() -> Result<T, Self> {
        Self::error("no such overload")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(message) => f.write_str(message),
            Self::NotJudged(why) => write!(f, "not judged: {why}"),
            Self::TooCostly => f.write_str("the expression takes too many steps"),
        }
    }
}

impl std::error::Error for Failure {}
