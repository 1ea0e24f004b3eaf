//! What one evaluation may take, and what was made ready for it.

use std::sync::Arc;

use super::failure::Failure;
use super::library::Patterns;

/// Steps of one evaluation. The server counts its own cost, of which one call may take a million.
const STEPS: u64 = 3_000_000;

/// What is left of an evaluation: a step for each node that is evaluated, and more for what is copied.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    /// Regular expressions that are literals, compiled once for all evaluations.
    pub(super) patterns: Arc<Patterns>,
}

impl Budget {
    pub(super) fn new(patterns: Arc<Patterns>) -> Self {
        Self { left: STEPS, patterns }
    }

    /// Takes as many steps.
    pub(super) fn take(&mut self, steps: usize) -> Result<(), Failure> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(steps).ok_or(Failure::TooCostly)?;
        Ok(())
    }
}
