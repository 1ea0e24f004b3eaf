//! Waiting for what a control plane does in its own time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything is waited for: much longer than it takes on a machine that does other things, too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// Tries until `attempt` returns something, and returns that.
///
/// # Panics
///
/// After minutes, naming `what` was waited for.
pub fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
