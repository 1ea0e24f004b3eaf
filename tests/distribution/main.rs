//! What a release hands out works where it lands: archives, packages, images, manifests, steps of CI.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests say what is wrong by failing")]

mod archive;
mod built;
mod homebrew;
mod krew;
mod workflows;
