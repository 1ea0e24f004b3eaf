//! What goes wrong where images are, each as one sentence.

use std::fmt;

use crate::input::Unread;

/// Why something about an image is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Whose fault it is.
    pub(crate) kind: Kind,
    text: String,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of whoever asks: the name, or a file of settings, is wrong.
    Wrong,
    /// It is not there.
    Absent,
    /// Whoever asks may not read it.
    Denied,
    /// Nobody answered, or not in time; later they may.
    Unreached,
    /// What was answered is not what it should be.
    Broken,
}

impl Fault {
    pub(crate) fn wrong(text: impl Into<String>) -> Self {
        Self { kind: Kind::Wrong, text: text.into() }
    }

    pub(crate) fn absent(text: impl Into<String>) -> Self {
        Self { kind: Kind::Absent, text: text.into() }
    }

    pub(crate) fn denied(text: impl Into<String>) -> Self {
        Self { kind: Kind::Denied, text: text.into() }
    }

    pub(crate) fn unreached(text: impl Into<String>) -> Self {
        Self { kind: Kind::Unreached, text: text.into() }
    }

    pub(crate) fn broken(text: impl Into<String>) -> Self {
        Self { kind: Kind::Broken, text: text.into() }
    }

    /// The same for a command: what is named wrongly or is not there is wrong usage, anything else was not read.
    pub(crate) fn into_error(self) -> anyhow::Error {
        match self.kind {
            Kind::Wrong | Kind::Absent => anyhow::anyhow!(self.text),
            Kind::Denied | Kind::Unreached | Kind::Broken => Unread::because(self.text).into(),
        }
    }

    /// The same, said of something.
    pub(crate) fn of(self, what: &impl fmt::Display) -> Self {
        Self { text: format!("{what}: {}", self.text), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}
