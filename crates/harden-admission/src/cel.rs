//! Expressions of policies, as the API server's environment of a version compiles and evaluates them.
//!
//! What compiles is checked as the server checks it: names, overloads and types, by the table of what the
//! asked version has. What this module cannot judge it says so, in [`Refusal::NotJudged`] and
//! [`Failure::NotJudged`]; that is no verdict. One evaluation is bounded in steps, size and depth.

mod budget;
mod checker;
mod environment;
mod evaluation;
mod failure;
mod functions;
mod library;
mod program;
mod refusal;
mod seen;
mod syntax;
mod types;
mod value;
mod variables;

#[cfg(test)]
mod tests;

pub use budget::LIMIT;
pub use environment::Environment;
pub use failure::Failure;
pub use library::{Semver, Timestamp, Url};
pub(crate) use library::{duration, regex, timestamp};
pub(crate) use program::Checked;
pub use program::Program;
pub use refusal::{Flaw, Refusal};
pub use types::Type;
pub use value::{Amount, Foreign, Key, Map, Message, Value};
pub use variables::Variables;
