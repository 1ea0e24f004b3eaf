//! What a rule says, before it is an answer.

use crate::{Reason, Verdict};

/// What a rule says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kyverno) struct Reply {
    pub verdict: Verdict,
    /// In Kyverno's words, or why nothing is judged.
    pub message: String,
    pub reasons: Vec<Reason>,
}

impl Reply {
    pub(in crate::kyverno) fn new(verdict: Verdict, message: impl Into<String>) -> Self {
        Self { verdict, message: message.into(), reasons: Vec::new() }
    }

    /// An error of Kyverno, or what is not judged, within a message of Kyverno.
    pub(in crate::kyverno) fn failure(
        message: &str,
        failure: &crate::kyverno::jmespath::Failure,
    ) -> Self {
        match failure {
            crate::kyverno::jmespath::Failure::NotJudged(why) => {
                Self::new(Verdict::NotJudged, why.as_str())
            }
            other => Self::new(Verdict::Error, format!("{message}: {other}")),
        }
    }

    /// With what decided it.
    #[must_use]
    pub(in crate::kyverno) fn with(
        mut self,
        at: &str,
        expression: &str,
        values: Vec<(String, String)>,
    ) -> Self {
        let (at, expression) = (at.to_owned(), expression.to_owned());
        self.reasons.push(Reason { at, expression, values });
        self
    }
}
