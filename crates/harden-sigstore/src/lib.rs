//! Signatures and attestations of software: bundle, trusted root and time to a verdict.

pub mod artefact;
pub mod evidence;
pub mod expectation;
pub mod verdict;

pub use artefact::{Artefact, Digest};
pub use evidence::{Evidence, Legacy};
pub use expectation::{Expectation, Pattern};
pub use verdict::{Content, Signer, Time, Verified};
