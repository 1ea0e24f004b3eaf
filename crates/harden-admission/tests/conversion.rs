//! Policies that are converted say what the policies say that they are made of.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, start programs, read files and say what it counted"
)]

mod converted;
