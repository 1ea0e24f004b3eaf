//! JMESPath as Kyverno's fork of the library parses and evaluates it, with Kyverno's own functions.
//!
//! A key that is not there is an error, which most expressions around it take for null. Whole numbers of
//! objects are integers, which comparisons and most functions do not take; all others are floats.

mod functions;
mod interpreter;
mod json;
mod lexer;
mod node;
mod parser;
mod scope;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde_json::Value;

use crate::cel::Timestamp;

pub(crate) use functions::floats;
pub(in crate::kyverno) use functions::{image, version_order};
pub(in crate::kyverno) use json::marshal;
pub(in crate::kyverno) use scope::Scope;

use interpreter::{Interpreter, Operand};
use node::Node;

/// An expression, parsed once.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Expression {
    root: Node,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::kyverno) enum Failure {
    /// A key is not there.
    #[error("Unknown key \"{0}\" in path")]
    NotFound(String),
    /// Anything else, in the library's words.
    #[error("{0}")]
    Error(String),
    /// Kyverno has a value, and it cannot be said here.
    #[error("{0}")]
    NotJudged(String),
}

/// What evaluations may ask, and how much they may take.
#[derive(Debug)]
pub(in crate::kyverno) struct World {
    /// The time, where it is known.
    pub now: Option<Timestamp>,
    steps: Cell<usize>,
}

/// How many steps the evaluations of one rule may take.
const STEPS: usize = 4_000_000;

impl World {
    /// One in which nothing is spent yet.
    pub(in crate::kyverno) fn new(now: Option<Timestamp>) -> Self {
        Self { now, steps: Cell::new(STEPS) }
    }

    /// Takes some steps.
    ///
    /// # Errors
    ///
    /// None are left.
    pub(in crate::kyverno) fn spend(&self, steps: usize) -> Result<(), Failure> {
        match self.steps.get().checked_sub(steps + 1) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(Failure::NotJudged("evaluating the rule takes too long".to_owned())),
        }
    }
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// The library refuses it, in its words.
    pub(in crate::kyverno) fn parse(text: &str) -> Result<Self, Failure> {
        parser::parse(text).map(|root| Self { root })
    }

    /// Evaluates it over everything that a rule knows.
    ///
    /// # Errors
    ///
    /// It has no value.
    pub(in crate::kyverno) fn search(
        &self,
        scope: &Scope,
        world: &World,
    ) -> Result<Value, Failure> {
        Interpreter { world }.evaluate(&self.root, Operand::Scope(scope))
    }

    /// Evaluates it over one value.
    ///
    /// # Errors
    ///
    /// It has no value.
    pub(in crate::kyverno) fn search_in(
        &self,
        value: &Value,
        world: &World,
    ) -> Result<Value, Failure> {
        Interpreter { world }.evaluate(&self.root, Operand::of(value))
    }
}
