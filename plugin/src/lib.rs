//! `kubectl harden` at the terminal: files, clusters and colours around the pure core.
//!
//! This crate knows the machine and decides nothing; what hardened means is in `harden-core`.

mod audit_log;
#[cfg(feature = "live")]
mod certificate;
mod cli;
#[cfg(feature = "live")]
mod cluster;
mod commands;
mod connection;
mod deliver;
mod flow_log;
mod input;
mod listing;
#[cfg(feature = "live")]
mod mcp;
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "registries are asked by a client only")
)]
mod registry;
mod rules;
mod snapshot;
mod terminal;
#[cfg(feature = "live")]
mod trust;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

pub use cli::command;

/// Words that are kept for what is not there yet.
#[derive(Debug)]
pub struct Reserved {
    /// Commands, with the command that they are below.
    pub commands: &'static [&'static str],
    /// Flags, without their dashes.
    pub flags: &'static [&'static str],
}

/// The words that are kept, for the tests that hold the command line to them.
pub fn reserved() -> Reserved {
    Reserved { commands: &cli::reserved::COMMANDS, flags: &cli::reserved::FLAGS }
}

/// Runs the command with these arguments, the first of which is the name it was called by.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let called_as = arguments.first().map(|it| Path::new(it).file_stem().unwrap_or_default());
    if called_as.is_some_and(|it| it == "kubectl_complete-harden") {
        return commands::completion::answer_kubectl(arguments);
    }
    if let Ok(shell) = std::env::var(commands::completion::ASKED_BY) {
        if shell == "kubectl" {
            return commands::completion::answer_kubectl(arguments);
        }
        return commands::completion::answer_shell(&shell, &arguments);
    }
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return terminal::usage(&error),
    };
    commands::dispatch(&matches)
}
