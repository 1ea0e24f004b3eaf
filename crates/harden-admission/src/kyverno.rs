//! Kyverno's policies, evaluated as Kyverno 1.19 evaluates them.

#[allow(dead_code)]
mod jmespath;
mod pattern;
pub mod suite;

pub use pattern::{Pattern, Refusal, Verdict};
