//! How much one match may take.

/// Steps that are left: characters compared, keys looked up, bytes of messages written.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

/// Nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    /// What one match may take: far beyond any real policy, and about a tenth of a second.
    pub(super) const STEPS: usize = 20_000_000;

    /// Takes so many steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.left = self.left.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Self::STEPS }
    }
}
