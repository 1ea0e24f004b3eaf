//! Kyverno's own test files (`kyverno-test.yaml`), judged as `kyverno test` 1.19 judges them.
//!
//! A test names policies, resources and, per policy, rule and resource, the result that is expected. The
//! engines are asked through [`Engine`]; this module reads the files, makes requests of them and compares.
//!
//! One difference is left: the command turns whole numbers of resources into doubles, here they stay.

mod candidate;
mod comparison;
mod evaluation;
mod expectation;
mod files;
mod loading;
mod outcome;
mod values;

use harden_core::kubernetes::MinorVersion;
use serde_json::Value;

pub use files::{Files, find};
pub(crate) use files::{documents, folder, join};
pub use outcome::Outcome;

use crate::{Answer, Cluster, Mutated, Object, Request};

/// The name of test files.
pub const FILE: &str = "kyverno-test.yaml";

/// An engine that policies of a test may be for.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "functions have nothing to show")]
pub struct Engine {
    /// Whether an object is its: a policy, or what goes with one.
    pub takes: fn(&Object) -> bool,
    /// Reads policies, and what goes with them, of a cluster.
    pub read: fn(&[Object], &Cluster) -> Box<dyn Policies>,
}

/// Policies of one engine, read once and used for many objects.
pub trait Policies {
    /// Policies that the engine would refuse, or that cannot be read here.
    fn refused(&self) -> &[Answer];
    /// What they make of an object.
    fn mutate(&self, request: &Request<'_>) -> Mutated;
    /// What they say of an object.
    fn validate(&self, request: &Request<'_>) -> Vec<Answer>;
}

/// A test that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct Failure {
    /// The file that is meant.
    pub file: String,
    /// What is wrong with it, and what to do.
    pub what: String,
}

impl Failure {
    fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into() }
    }
}

/// Runs the tests in the file at a path: the outcome of each expected result, in the order of the file.
pub fn run(
    files: &dyn Files,
    path: &str,
    engines: &[Engine],
    version: MinorVersion,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::new();
    for test in documents(files, path)? {
        outcomes.extend(run_test(files, path, &test, engines, version)?);
    }
    Ok(outcomes)
}

fn run_test(
    files: &dyn Files,
    path: &str,
    test: &Value,
    engines: &[Engine],
    version: MinorVersion,
) -> Result<Vec<Outcome>, Failure> {
    let mut loaded = loading::load(files, path, test, version)?;
    let evaluations = evaluation::evaluate(&mut loaded, engines);
    Ok(outcome::judge(files, &loaded, &evaluations))
}

#[cfg(test)]
mod tests;
