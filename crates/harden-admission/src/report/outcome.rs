//! What becomes of one object.

use crate::{Action, Answer, Object, PolicyName, Verdict};

/// The object that answers are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Subject {
    pub api_version: String,
    pub kind: String,
    /// Empty where the kind has none.
    pub namespace: String,
    /// Its name, or the beginning of the name that the server will make.
    pub name: String,
}

impl Subject {
    /// What an object is called.
    pub fn of(object: &Object) -> Self {
        let text = |pointer| object.at(pointer).and_then(serde_json::Value::as_str);
        let prefix = || text("/metadata/generateName").unwrap_or_default();
        Self {
            api_version: text("/apiVersion").unwrap_or_default().to_owned(),
            kind: object.kind().to_owned(),
            namespace: object.namespace().to_owned(),
            name: match object.name() {
                "" => prefix(),
                name => name,
            }
            .to_owned(),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        match self.namespace.as_str() {
            "" => write!(f, "{} {name}", self.kind),
            namespace => write!(f, "{} {namespace}/{name}", self.kind),
        }
    }
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// No policy refuses it.
    Admitted,
    /// No policy is known to refuse it, and one that might could not be judged.
    Unknown,
    /// A policy refuses it.
    Refused,
}

/// What the policies said of an object.
#[derive(Debug, Clone)]
pub struct Told {
    /// The object.
    pub about: Subject,
    /// The policies that changed it.
    pub changed_by: Vec<PolicyName>,
    /// What the rules say.
    pub answers: Vec<Answer>,
    /// Whether there may be policies that could not be asked.
    pub may_be_more: bool,
}

impl Told {
    /// What becomes of the object.
    pub fn outcome(&self) -> Outcome {
        let least = if self.may_be_more { Outcome::Unknown } else { Outcome::Admitted };
        self.answers.iter().map(Answer::outcome).max().unwrap_or(least).max(least)
    }
}

impl Answer {
    /// What becomes of an object because of it. What an engine cannot evaluate it refuses, where the policy has it
    /// refuse what fails.
    pub fn outcome(&self) -> Outcome {
        match (self.verdict, self.action) {
            (Verdict::Fail | Verdict::Error, Action::Deny) => Outcome::Refused,
            (Verdict::NotJudged, Action::Deny) => Outcome::Unknown,
            _ => Outcome::Admitted,
        }
    }
}

impl Action {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Audit => "audit",
            Self::Ignore => "ignore",
        }
    }
}
