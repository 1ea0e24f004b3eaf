//! How often nodes of documents are looked at, which tests hold the growth of work by.

use std::sync::atomic::{AtomicU64, Ordering};

static STEPS: AtomicU64 = AtomicU64::new(0);

/// How often all threads have looked at a node of a document; always 0 where debug assertions are off, as in
/// a release.
pub fn steps() -> u64 {
    STEPS.load(Ordering::Relaxed)
}

/// Counts one look.
#[inline]
pub(crate) fn count() {
    if cfg!(debug_assertions) {
        STEPS.fetch_add(1, Ordering::Relaxed);
    }
}
