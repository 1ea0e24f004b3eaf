//! Gator's test files (`kind: Suite`), judged as `gator verify` 3.23 judges them.

mod assertion;
mod case;
mod file;
mod whole;

use harden_core::kubernetes::MinorVersion;

pub use file::{Failure, find};
pub use whole::{expand, test};

use crate::kyverno::suite::Files;

/// What came of one case, or of a test that is about a constraint alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The path of the test file.
    pub suite: String,
    /// The name of the test.
    pub test: String,
    /// The name of the case; empty where the test has none.
    pub case: String,
    /// What came of it.
    pub result: Verified,
    /// Why it is not right, or not judged; empty else.
    pub message: String,
}

/// What is said of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verified {
    /// All is as the case says.
    Right,
    /// Something is not.
    Wrong,
    /// The file says to leave it out.
    Skipped,
    /// Gator has an answer; this crate cannot say which.
    NotJudged,
}

/// Runs the tests of the file at a path: the outcome of each case, in the order of the file.
///
/// # Errors
///
/// The file cannot be read.
pub fn run(files: &dyn Files, path: &str, version: MinorVersion) -> Result<Vec<Outcome>, Failure> {
    let suites = file::read(files, path)?;
    let mut outcomes = Vec::new();
    for suite in &suites {
        for test in &suite.tests {
            let run = case::Test { files, path, version, test };
            for (case, (result, message)) in run.outcomes(suite.skip) {
                outcomes.push(Outcome {
                    suite: path.to_owned(),
                    test: test.name.clone(),
                    case,
                    result,
                    message,
                });
            }
        }
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests;
