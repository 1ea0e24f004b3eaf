//! Expressions of a policy.

use serde_json::Value as Json;

use super::activation::Activation;
use super::environment::Environments;
use super::place::{Flaws, Place};
use crate::Reason;
use crate::cel::{Checked, Environment, Failure, Program, Refusal, Type, Value, Variables};

/// An expression that the server takes, or of which nobody can say here.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    /// Where it is in the policy.
    pub(super) at: String,
    pub(super) source: String,
    program: Result<Program, String>,
}

/// What the value of an expression is asked to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Bool,
    Text,
    TextOrNull,
    Configuration,
    Patches,
    Any,
}

impl Expression {
    /// Compiles what is at a place; none where the server refuses it, which is told.
    pub(super) fn compile(
        place: &Place<'_>,
        source: &str,
        wanted: Wanted,
        environments: &Environments,
        flaws: &mut Flaws,
    ) -> Option<Self> {
        let unknown = environments.unknown.iter().find(|it| source.contains(it.as_str()));
        let mut program = match unknown {
            Some(name) => Err(Taken::Unknown(format!("the type of `{name}` is not known"))),
            None => take(source, wanted, &environments.stored),
        };
        if let (Ok(_), Some(new)) = (&program, &environments.new)
            && let Err(refusal) = take(source, wanted, new)
        {
            program = Err(refusal);
        }
        let program = match program {
            Ok(program) => Ok(program),
            Err(Taken::Unknown(why)) => {
                flaws.unknown(place, &why);
                Err(why)
            }
            Err(Taken::Unplanned(why)) => {
                flaws.internal(place, &format!("program instantiation failed: {why}"));
                return None;
            }
            Err(Taken::Refused(why)) => {
                flaws.invalid(place, source, &why);
                return None;
            }
        };
        Some(Self { at: place.pointer.clone(), source: source.to_owned(), program })
    }

    /// The type of its value, if it is known.
    pub(super) fn result(&self) -> Option<&Type> {
        self.program.as_ref().ok().map(Program::result)
    }

    /// Its value; the activation is charged for it.
    pub(super) fn evaluate(&self, activation: &Activation<'_>) -> Result<Value, Failure> {
        let (value, cost) = match &self.program {
            Ok(program) => program.evaluate_with_cost(activation),
            Err(why) => (Err(Failure::NotJudged(why.clone())), (0, 0)),
        };
        let is_whole = matches!(value, Ok(_) | Err(Failure::Error(_)));
        activation.charge(cost, is_whole);
        value
    }

    /// The paths that it names, and what is there.
    pub(super) fn seen(&self, variables: &dyn Variables) -> Vec<(String, Option<Json>)> {
        let seen = self.program.as_ref().map(|it| it.seen(variables)).unwrap_or_default();
        seen.into_iter().map(|(path, it)| (path, it.map(|it| it.to_json()))).collect()
    }

    /// The server's words for an error of the evaluation.
    pub(super) fn error(&self, message: &str) -> String {
        format!("expression '{}' resulted in error: {message}", self.source)
    }

    /// It as a reason, with what it saw.
    pub(super) fn reason(&self, values: Vec<(String, String)>) -> Reason {
        Reason { at: self.at.clone(), expression: self.source.clone(), values }
    }
}

/// Why there is no program.
enum Taken {
    Refused(String),
    Unplanned(String),
    Unknown(String),
}

/// Compiles as the server does, which compares the type of the value before it evaluates any literal.
fn take(source: &str, wanted: Wanted, environment: &Environment) -> Result<Program, Taken> {
    let taken = |refusal| match refusal {
        Refusal::NotJudged(why) => Taken::Unknown(why),
        Refusal::Unconvertible(why) => Taken::Unplanned(why),
        Refusal::Flawed(flaws) => {
            let shown: Vec<String> = flaws.iter().map(|it| it.shown(source)).collect();
            Taken::Refused(format!("compilation failed: {}", shown.join("\n")))
        }
    };
    let checked = Checked::read(source, environment).map_err(taken)?;
    let found = checked.result();
    let (fits, words) = match wanted {
        Wanted::Any => (true, ""),
        Wanted::Bool => (*found == Type::BOOL, "bool"),
        Wanted::Text => (*found == Type::STRING, "string"),
        Wanted::Configuration => (*found == Type::Message("Object".into()), "Object"),
        Wanted::Patches => {
            (*found == Type::list(Type::Message("JSONPatch".into())), "list(JSONPatch)")
        }
        Wanted::TextOrNull => {
            (*found == Type::STRING || *found == Type::Null, "one of [string null_type]")
        }
    };
    if fits {
        return checked.plan().map_err(taken);
    }
    Err(Taken::Refused(format!("must evaluate to {words} but got {}", found.runtime_name())))
}
