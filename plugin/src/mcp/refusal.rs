//! Why a call has no answer, and what to do.

use std::fmt;

/// Why a call has no answer, and what to do: one sentence for whoever called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The argument that is wrong, if one is.
    pub(crate) field: Option<String>,
    /// What is wrong, and what to do.
    pub(crate) says: String,
}

impl Refusal {
    /// An argument is wrong.
    pub(crate) fn of(field: impl Into<String>, says: impl Into<String>) -> Self {
        Self { field: Some(field.into()), says: says.into() }
    }

    /// Something else is wrong than an argument.
    pub(crate) fn because(says: impl Into<String>) -> Self {
        Self { field: None, says: says.into() }
    }

    /// The same on one line, and not too long to read: what is wrong may be quoted in it.
    pub(super) fn short(mut self) -> Self {
        const LONGEST: usize = 1000;
        let is_long = self.says.chars().nth(LONGEST).is_some();
        if is_long || self.says.contains(char::is_control) {
            let plain = self.says.chars().map(|it| if it.is_control() { ' ' } else { it });
            self.says = plain.take(LONGEST).chain(is_long.then_some('…')).collect();
        }
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.says),
            None => f.write_str(&self.says),
        }
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::because(crate::terminal::in_words(&format!("{error:#}")))
    }
}
