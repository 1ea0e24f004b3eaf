//! Agreement with slsa-verifier about its own test data, and the level that evidence supports.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may panic and read files"
)]

#[path = "provenance/expected.rs"]
mod expected;
#[path = "provenance/file.rs"]
mod file;
#[path = "provenance/levels.rs"]
mod levels;
#[path = "provenance/upstream.rs"]
mod upstream;
