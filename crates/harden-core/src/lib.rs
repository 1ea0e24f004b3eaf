//! What hardened means for Kubernetes, and how to get there.
//!
//! Pure: text, settings and cluster facts in; objects, findings and text out. Nothing here opens a
//! file, asks a server, reads a clock or rolls dice, so the same function serves the terminal, CI,
//! the cluster and the browser.
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the core does no I/O and is deterministic; see clippy.toml"
)]

#[cfg(feature = "admission")]
pub mod admission;
pub mod answers;
pub mod check;
pub mod cluster;
pub mod comparison;
pub mod configuration;
pub mod escalation;
pub mod external_secrets;
pub mod finding;
pub mod fix;
pub mod generators;
pub mod ignore;
#[cfg(feature = "admission")]
pub mod intents;
pub mod inventory;
pub mod kubernetes;
pub mod lock;
mod manifest;
pub mod network;
pub mod object;
pub mod platform;
pub mod pod_security;
pub mod rbac;
pub mod report;
pub mod rule;
pub mod rules;
#[cfg(feature = "admission")]
pub mod runtime;
pub mod schema;
pub mod secrecy;
pub mod simulate;
pub mod snapshot;
pub mod source;
pub mod validation;

pub use manifest::{Manifest, ManifestFormat, render};
