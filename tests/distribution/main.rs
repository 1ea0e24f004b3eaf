//! What a release hands out works where it lands: archives, packages, images, manifests, steps of CI.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may fail, and says why it is skipped"
)]

mod action;
mod archive;
#[cfg(target_os = "linux")]
mod bare;
mod built;
mod composite;
#[cfg(target_os = "linux")]
mod debian;
mod examples;
mod gitlab;
mod homebrew;
#[cfg(target_os = "linux")]
mod image;
mod krew;
mod pre_commit;
mod programs;
mod release;
mod repository;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(all(feature = "live", target_os = "linux"))]
#[path = "../end-to-end/server.rs"]
#[expect(dead_code, reason = "the end-to-end tests ask more of it")]
mod server;
mod tekton;
mod workflows;
