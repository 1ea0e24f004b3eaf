//! How many pods, and which: what a run can be told through its environment.

use std::env;
use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

/// `HARDEN_RANDOM_PODS`; else one number where `CI=true` and another elsewhere.
pub(crate) fn count(in_ci: u64, otherwise: u64) -> u64 {
    let usual = if env::var_os("CI").is_some_and(|ci| ci == "true") { in_ci } else { otherwise };
    number("HARDEN_RANDOM_PODS").unwrap_or(usual)
}

/// `HARDEN_RANDOM_SEED`; else another at every run, from the clock.
pub(crate) fn seed() -> u64 {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    number("HARDEN_RANDOM_SEED").unwrap_or_else(|| clock().try_into().unwrap())
}

/// Says what a test did past the test runner's capture, so that a run that passed can be repeated.
pub(crate) fn report(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A number in the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|error| panic!("{name} is {value:?}: {error}")))
}
