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
mod built;
mod composite;
mod examples;
mod gitlab;
mod pre_commit;
mod programs;
mod release;
mod repository;
mod tekton;
