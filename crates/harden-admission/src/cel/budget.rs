//! What one evaluation may take, and what was made ready for it.

use std::sync::Arc;

use super::failure::Failure;
use super::library::Patterns;

/// Steps of one evaluation. The server counts its own cost, of which one call may take a million.
const STEPS: u64 = 3_000_000;

/// What the server lets one expression cost: `PerCallLimit` of `k8s.io/apiserver/pkg/apis/cel`.
pub const LIMIT: u64 = 1_000_000;
/// What it says of one that costs more.
const EXCEEDED: &str = "operation cancelled: actual cost limit exceeded";

/// What is left of an evaluation: a step for each node that is evaluated, and more for what is copied.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    /// The least and the most that the server has counted.
    cost: (u64, u64),
    /// Regular expressions that are literals, compiled once for all evaluations.
    pub(super) patterns: Arc<Patterns>,
}

impl Budget {
    pub(super) fn new(patterns: Arc<Patterns>) -> Self {
        Self { left: STEPS, cost: (0, 0), patterns }
    }

    /// Counts as the server does, the least and the most.
    ///
    /// # Errors
    ///
    /// The server ends the evaluation, or it may.
    pub(super) fn count(&mut self, (least, most): (u64, u64)) -> Result<(), Failure> {
        self.cost = (self.cost.0.saturating_add(least), self.cost.1.saturating_add(most));
        match self.cost {
            (least, _) if least > LIMIT => Failure::error(EXCEEDED),
            (_, most) if most > LIMIT => Err(Failure::TooCostly),
            _ => Ok(()),
        }
    }

    /// What the server has counted, the least and the most.
    pub(super) fn cost(&self) -> (u64, u64) {
        self.cost
    }

    /// Takes as many steps.
    pub(super) fn take(&mut self, steps: usize) -> Result<(), Failure> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(steps).ok_or(Failure::TooCostly)?;
        Ok(())
    }
}
