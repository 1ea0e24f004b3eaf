//! A summary of a verification (VSA): which levels somebody else found, and by which policy.
//!
//! Upstream: slsa-framework/slsa `spec/v1.2/verification_summary.md`, `docs/verification_summary/v0.2`.

use std::fmt;

use serde_json::{Value, json};

use super::Unreadable;
use super::field::Field;

/// What a verifier found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// `v1`, or `v0.2`, or `v0.1` of before.
    pub edition: &'static str,
    /// Who verified.
    pub verifier: String,
    /// When, RFC 3339.
    pub verified: Option<String>,
    /// What was verified, as those who use it call it.
    pub resource: String,
    /// Against which policy.
    pub policy: Option<String>,
    /// Did it pass?
    pub passed: bool,
    /// The levels that it has, as they stand there.
    pub levels: Vec<VerifiedLevel>,
}

/// A level that a verifier found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerifiedLevel {
    /// `SLSA_BUILD_LEVEL_0` to `…_3`.
    Build(u8),
    /// `SLSA_SOURCE_LEVEL_1` to `…_4` of SLSA v1.2.
    Source(u8),
    /// Another, such as the verifier's own.
    Other(String),
}

impl VerifiedLevel {
    /// Reads a level. What is not known is kept.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let number = |prefix: &str, most: u8| {
            let digits = text.strip_prefix(prefix)?;
            let number: u8 = digits.parse().ok()?;
            (number <= most && digits == number.to_string()).then_some(number)
        };
        number("SLSA_BUILD_LEVEL_", 3)
            .map(Self::Build)
            .or_else(|| number("SLSA_SOURCE_LEVEL_", 4).map(Self::Source))
            .unwrap_or_else(|| Self::Other(text.to_owned()))
    }

    /// Is its meaning unknown here?
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Other(_))
    }
}

impl fmt::Display for VerifiedLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(level) => write!(f, "SLSA_BUILD_LEVEL_{level}"),
            Self::Source(level) => write!(f, "SLSA_SOURCE_LEVEL_{level}"),
            Self::Other(level) => write!(f, "{level}"),
        }
    }
}

impl Summary {
    /// The edition that a type of predicate names.
    #[must_use]
    pub fn edition(predicate_type: &str) -> Option<&'static str> {
        let version = predicate_type.strip_prefix("https://slsa.dev/verification_summary/")?;
        ["v1", "v0.2", "v0.1"].into_iter().find(|it| *it == version)
    }

    /// Reads the predicate of a statement.
    ///
    /// # Errors
    ///
    /// It does not say who verified what, or whether that passed; or a part is of another type.
    pub fn read(edition: &'static str, predicate: &Value) -> Result<Self, Unreadable> {
        let field = Field::under("predicate", predicate);
        field.object()?;
        // v0.1 writes its keys as Python does.
        let key = |new: &'static str, old: &'static str| if edition == "v0.1" { old } else { new };
        let (verifier, policy) = (field.at("verifier"), field.at("policy"));
        for object in [&verifier, &policy] {
            object.object()?;
        }
        let result = field.at(key("verificationResult", "verification_result"));
        let passed = match result.required_text()? {
            "PASSED" => true,
            "FAILED" => false,
            other => {
                let message =
                    format!("`{}` is `{other}`, and PASSED or FAILED is known", result.path);
                return Err(Unreadable::Shape(message));
            }
        };
        let listed = field.at("verifiedLevels").items()?;
        let single = field.at(key("policyLevel", "policy_level")).words()?;
        let listed = listed.iter().map(|it| it.required_text().map(VerifiedLevel::of));
        let levels = listed.chain(single.iter().map(|it| Ok(VerifiedLevel::of(it))));
        Ok(Self {
            edition,
            verifier: verifier.at("id").required_text()?.to_owned(),
            verified: field.at(key("timeVerified", "time_verified")).words()?,
            resource: field.at(key("resourceUri", "resource_uri")).required_text()?.to_owned(),
            policy: policy.at("uri").words()?,
            passed,
            levels: levels.collect::<Result<_, _>>()?,
        })
    }

    /// The level of the build track, where it passed with one. Of several, the highest, as upstream has it.
    #[must_use]
    pub fn build(&self) -> Option<u8> {
        let level =
            |it: &VerifiedLevel| if let VerifiedLevel::Build(it) = it { Some(*it) } else { None };
        self.levels.iter().filter(|_| self.passed).filter_map(level).max()
    }

    /// The level of the source track, where it passed with one.
    #[must_use]
    pub fn source(&self) -> Option<u8> {
        let level =
            |it: &VerifiedLevel| if let VerifiedLevel::Source(it) = it { Some(*it) } else { None };
        self.levels.iter().filter(|_| self.passed).filter_map(level).max()
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let result = if self.passed { "passed" } else { "failed" };
        let (unknown, known): (Vec<_>, Vec<_>) = self.levels.iter().partition(|it| it.is_unknown());
        let join = |all: &[&VerifiedLevel]| {
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let mut parts =
            vec![format!("{} says that {} {result} its policy", self.verifier, self.resource)];
        if !known.is_empty() {
            parts.push(format!("with {}", join(&known)));
        }
        if !unknown.is_empty() {
            parts.push(format!("and levels that are not SLSA's: {}", join(&unknown)));
        }
        parts.join(", ")
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "verification summary",
            "edition": self.edition,
            "verifier": self.verifier,
            "verified": self.verified,
            "resource": self.resource,
            "policy": self.policy,
            "passed": self.passed,
            "levels": self.levels.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "unknownLevels": self.levels.iter().filter(|it| it.is_unknown()).map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}
