//! What the policies of a cluster answer to a manifest.
//!
//! Pure, as `harden-core` is: policies and objects in, verdicts out. Policies are written by others, so
//! what one evaluation takes is bounded: a hostile policy is an error.
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the crate does no I/O and is deterministic; see clippy.toml"
)]

mod answer;
pub mod cel;
pub mod cluster;
pub mod conversion;
pub mod gatekeeper;
mod json_patch;
pub mod kubernetes;
pub mod kyverno;
mod labels;
mod merge;
mod mutated;
mod mutation;
mod object;
mod policies;
mod question;
pub mod report;
mod request;
pub mod rules;

pub use answer::{Action, Answer, PolicyName, Reason, Verdict};
pub use cluster::{Cluster, Resource, Stated};
pub use mutated::{Changed, Mutated};
pub use object::Object;
pub use policies::{Judged, Needs, Policies};
pub use question::Question;
pub use request::{Operation, Request, User};
