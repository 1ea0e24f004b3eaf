//! What a release hands out works where it lands: archives, packages, images, manifests, steps of CI.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests say what is wrong by failing"
)]

mod archive;
#[cfg(target_os = "linux")]
mod bare;
mod built;
#[cfg(target_os = "linux")]
mod debian;
mod homebrew;
#[cfg(target_os = "linux")]
mod image;
mod krew;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(all(feature = "live", target_os = "linux"))]
#[path = "../end-to-end/server.rs"]
#[expect(dead_code, reason = "the end-to-end tests ask more of it")]
mod server;
mod workflows;
