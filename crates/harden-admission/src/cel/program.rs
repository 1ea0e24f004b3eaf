//! Compiled expressions.

use std::collections::BTreeMap;

use super::checker::check;
use super::environment::Environment;
use super::evaluation::Evaluation;
use super::failure::Failure;
use super::refusal::{Refusal, Stop};
use super::syntax::{Node, parse};
use super::types::Type;
use super::value::Value;

/// An expression that the server would take.
#[derive(Debug, Clone)]
pub struct Program {
    root: Node,
    result: Type,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The server refuses it, or nobody can say here.
    pub fn compile(source: &str, environment: &Environment) -> Result<Self, Refusal> {
        let mut root = parse(source, environment.syntax).map_err(|it| it.into_refusal(source))?;
        let result = check(&mut root, environment).map_err(|stops| refusal(stops, source))?;
        Ok(Self { root, result })
    }

    /// The type of its value.
    pub fn result(&self) -> &Type {
        &self.result
    }

    /// Its value, with the values of variables.
    ///
    /// # Errors
    ///
    /// The evaluation fails, takes too much, or cannot be judged.
    pub fn evaluate(&self, variables: &BTreeMap<String, Value>) -> Result<Value, Failure> {
        Evaluation::new(variables).value(&self.root)
    }
}

fn refusal(stops: Vec<Stop>, source: &str) -> Refusal {
    let mut flaws = Vec::new();
    for stop in stops {
        match stop {
            Stop::Flaw(found) => flaws.push(found.placed(source)),
            Stop::NotJudged(why) => return Refusal::NotJudged(why),
        }
    }
    Refusal::Flawed(flaws)
}
