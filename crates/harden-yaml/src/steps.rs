//! How often nodes of documents are looked at, which tests hold the growth of work by.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// How often this thread has looked at a node of a document; always 0 where debug assertions are off, as in a
/// release.
pub fn steps() -> u64 {
    STEPS.get()
}

/// Counts one look.
#[inline]
pub(crate) fn count() {
    if cfg!(debug_assertions) {
        STEPS.set(STEPS.get().wrapping_add(1));
    }
}
