//! Signatures and attestations of software: bundle, trusted root and time to a verdict.
//!
//! Pure, as `harden-core` is: evidence, trust and expectation in, a verdict out; nothing is asked of a
//! registry or a log. With one exception: the library that verifies reads the clock, to refuse what was
//! signed in the future, and to leave out authorities that are not in office yet. No other answer
//! depends on it. What is verified was written by others: its size is bounded, and nothing in it panics.
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the crate does no I/O and is deterministic; see clippy.toml"
)]

pub mod answer;
pub mod artefact;
pub mod evidence;
pub mod expectation;
pub mod keys;
mod provider;
pub mod refusal;
pub mod signing;
pub mod statement;
pub mod trust;
#[cfg(feature = "update")]
pub mod update;
pub mod verdict;
mod verification;

pub use artefact::{Artefact, Digest};
pub use evidence::{Evidence, Legacy};
pub use expectation::{Expectation, Pattern};
pub use keys::PublicKey;
pub use refusal::Refusal;
pub use statement::{Reading, Standing, Statement};
pub use trust::{InvalidTrust, Trust};
pub use verdict::{Content, Signer, Time, Verified};
pub use verification::verify;
