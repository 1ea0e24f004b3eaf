//! What a policy says of an object.

use std::fmt;

/// What one rule of one policy says of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The policy.
    pub policy: PolicyName,
    /// The rule of the policy, where it has rules with names; empty else.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
    /// What follows of a failure.
    pub action: Action,
    /// The engine's own message where it is known; why nothing was judged, where nothing was.
    pub message: String,
    /// What decided it, the decisive one first.
    pub reasons: Vec<Reason>,
}

/// The kind, namespace and name of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct PolicyName {
    pub kind: String,
    /// Empty where the kind has none.
    pub namespace: String,
    pub name: String,
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

/// What a rule says of an object, by the words of the engines' own test files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The object is as the rule asks, or was changed as it asks.
    Pass,
    /// The object is not as the rule asks.
    Fail,
    /// The rule is about such objects, and its conditions leave this one out.
    Skip,
    /// The engine cannot evaluate the rule, or would refuse the policy.
    Error,
    /// The engine has an answer, and this crate cannot say which. Never a pass.
    NotJudged,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Error => "error",
            Self::NotJudged => "not-judged",
        }
    }
}

/// What an engine does where a rule fails, or where it cannot evaluate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It refuses the request.
    Deny,
    /// It admits the request, and tells whoever sent it.
    Warn,
    /// It admits the request, and writes it down.
    Audit,
    /// It does nothing.
    Ignore,
}

/// Something in a policy that decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Where it is in the policy, as a JSON pointer: `/spec/validations/0/expression`.
    pub at: String,
    /// The expression or pattern, as it is written; empty where there is none.
    pub expression: String,
    /// What it saw: names of variables or paths in the object, and their values as JSON, cut short.
    pub values: Vec<(String, String)>,
}
