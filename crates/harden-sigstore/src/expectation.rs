//! Who is expected to have signed.

use std::fmt;

use regex_lite::Regex;

/// Who must have signed.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// The holder of a key: its public half as PEM, `SubjectPublicKeyInfo`.
    Key(String),
    /// The holder of a certificate with this identity, which this issuer vouched for.
    Keyless {
        /// The name in the certificate: an address, or that of a workflow.
        identity: Pattern,
        /// Who vouched for it.
        issuer: Pattern,
    },
}

/// A text, or a pattern for it.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// This text.
    Exact(String),
    /// What this expression matches, anywhere in the text, as cosign has it.
    Regexp(Regex),
}

impl Pattern {
    /// What an expression matches.
    ///
    /// # Errors
    ///
    /// It is no regular expression.
    pub fn of_regexp(text: &str) -> Result<Self, regex_lite::Error> {
        Regex::new(text).map(Self::Regexp)
    }

    /// Is it this text?
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Regexp(regexp) => regexp.is_match(text),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(exact) => write!(f, "{exact}"),
            Self::Regexp(regexp) => write!(f, "what matches {}", regexp.as_str()),
        }
    }
}
