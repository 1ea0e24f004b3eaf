//! Kyverno's policies, evaluated as Kyverno 1.19 evaluates them.

mod patch;
mod pattern;
pub mod suite;

pub use pattern::{Pattern, Refusal, Verdict};
