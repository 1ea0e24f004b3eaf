//! What the policies of a cluster answer to a manifest.
//!
//! Pure, as `harden-core` is: policies and objects in, verdicts out. Policies are written by others, so
//! what one evaluation takes is bounded: a hostile policy is an error.
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the crate does no I/O and is deterministic; see clippy.toml"
)]

pub mod cel;
pub mod kyverno;
