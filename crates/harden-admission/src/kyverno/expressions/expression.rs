//! Expressions of policies, compiled.

use serde_json::Value as Json;

use crate::cel::{Environment, Program, Refusal, Type};
use crate::{Reason, Verdict};

/// An expression of a policy.
#[derive(Debug)]
pub(super) struct Expression {
    /// Where it is in the policy.
    pub(super) at: String,
    pub(super) source: String,
    pub(super) program: Program,
}

/// Why a policy is refused, or cannot be understood here.
#[derive(Debug, Clone)]
pub(super) struct Flaw {
    pub(super) at: String,
    pub(super) source: String,
    pub(super) message: String,
    /// [`Verdict::Error`] or [`Verdict::NotJudged`].
    pub(super) verdict: Verdict,
}

impl Expression {
    /// Compiles an expression whose value has to be of one of some types.
    pub(super) fn compile(
        at: &str,
        source: &str,
        environment: &Environment,
        wanted: &[Type],
    ) -> Result<Self, Flaw> {
        match Program::compile(source, environment) {
            Ok(program) if wanted.is_empty() || wanted.contains(program.result()) => {
                Ok(Self { at: at.to_owned(), source: source.to_owned(), program })
            }
            Ok(_) => {
                let names: Vec<&str> = wanted.iter().map(Type::name).collect();
                let detail = match names.as_slice() {
                    [one] => format!("output is expected to be of type {one}"),
                    several => {
                        format!("output is expected to be either of type {}", several.join(" or "))
                    }
                };
                Err(Flaw::invalid(at, source, &detail))
            }
            Err(Refusal::NotJudged(why)) => {
                Err(Flaw { verdict: Verdict::NotJudged, ..Flaw::new(at, source, why) })
            }
            Err(refusal) => Err(Flaw::invalid(at, source, &refusal.to_string())),
        }
    }
}

impl Flaw {
    pub(super) fn new(at: &str, source: &str, message: String) -> Self {
        let (at, source) = (at.to_owned(), source.to_owned());
        Self { at, source, message, verdict: Verdict::Error }
    }

    fn invalid(at: &str, source: &str, detail: &str) -> Self {
        let value = Json::from(source);
        let message = format!("{}: Invalid value: {value}: {detail}", path(at));
        Self::new(at, source, message)
    }

    pub(super) fn reason(&self) -> Reason {
        Reason { at: self.at.clone(), expression: self.source.clone(), values: Vec::new() }
    }
}

/// A JSON pointer as Kyverno writes it: `spec.validations[0].expression`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|it| it.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(part);
        }
    }
    path
}
