//! Kyverno's policies, evaluated as Kyverno 1.19 evaluates them.

pub mod expressions;
mod jmespath;
mod patch;
mod pattern;
pub mod policy;
pub mod suite;

pub use pattern::{Pattern, Refusal, Verdict};
