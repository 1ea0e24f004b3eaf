//! Waiting for what a control plane does in its own time.

use std::thread;
use std::time::{Duration, Instant};

/// Tries until `attempt` returns something, and returns that.
///
/// # Panics
///
/// After `limit`, naming `what` was waited for.
pub fn eventually<T>(what: &str, limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} for {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
