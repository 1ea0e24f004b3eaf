//! Kyverno's policies, evaluated as Kyverno 1.19 evaluates them.

pub mod expressions;
pub(crate) mod jmespath;
mod patch;
pub(crate) mod pattern;
pub mod policy;
pub mod suite;

pub use pattern::{Pattern, Refusal, Verdict};
