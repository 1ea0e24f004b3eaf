//! What a user sees at the terminal, without any cluster.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod access;
mod admission;
#[cfg(feature = "live")]
mod admission_inputs;
mod admission_reads;
mod against;
mod audit_policy;
mod check;
mod check_settings;
mod check_shows;
mod completion;
mod encryption;
mod exit_codes;
mod external_secret;
mod files;
mod fix;
mod flags;
mod folder;
mod generators;
mod grammar;
mod harden;
mod help;
mod how_to;
mod image_policy;
mod links;
mod lock;
mod mcp;
mod network;
mod network_policy;
mod outputs;
mod page;
mod plan;
mod platforms;
mod playground;
mod pod_security;
mod role;
mod sign;
mod simulate;
mod simulate_audit;
mod simulate_network_denied;
mod snapshot;
mod stores;
mod usage;
mod verify;
mod who_can_become;

/// Shows what a command line of a generator prints, beside the command; the browser's tests make the same
/// in the page.
fn show_generated(name: &str, words: &str, printed: &str) {
    let mut settings = gallery("generators");
    settings.set_description(format!("kubectl harden {words}"));
    settings.bind(|| insta::assert_snapshot!(name, printed));
}

/// Snapshots go to the gallery at the top of the repository.
fn gallery(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    settings.set_snapshot_path(top.join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
