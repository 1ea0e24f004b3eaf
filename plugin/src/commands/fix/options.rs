//! The options of `fix`.

use std::path::PathBuf;

use clap::ValueEnum;
use harden_core::fix::patch::Form;

use crate::commands::reading::{Config, Given, Inputs, Selection};
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    pub(super) inputs: Inputs,

    #[command(flatten)]
    pub(super) selection: Selection,

    /// Make only fixes after which what works as a rule goes on to work
    #[arg(long, help_heading = "Fixes")]
    pub(super) safe_only: bool,

    /// User for containers that must not run as root and name none; without it they name none
    #[arg(long, value_name = "UID", value_parser = clap::value_parser!(i64).range(1..=2_147_483_647), help_heading = "Fixes")]
    pub(super) run_as_user: Option<i64>,

    /// Ask of each fix whether to make it
    #[arg(short, long, help_heading = "Fixes")]
    pub(super) interactive: bool,

    /// Write digests behind the names of images, and nothing else: those that the lock has, or with --pin=registry for
    /// what it does not have those of now
    #[arg(
        long,
        value_name = "FROM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "lock",
        conflicts_with_all = ["safe_only", "run_as_user", "interactive"],
        help_heading = "Fixes"
    )]
    pub(super) pin: Option<PinFrom>,

    #[command(flatten)]
    pub(super) outputs: Outputs<Format>,

    /// Change the files, and print nothing unless -o says so
    #[arg(long, help_heading = "Output")]
    pub(super) write: bool,

    /// Make patches instead, for files of others
    #[arg(
        long,
        value_name = "FORM",
        conflicts_with_all = ["write", "output", "output_file"],
        help_heading = "Output"
    )]
    pub(super) patch: Option<Form>,

    /// With --patch, write one file per object to this folder
    #[arg(long, value_name = "DIR", requires = "patch", help_heading = "Output")]
    pub(super) output_dir: Option<PathBuf>,

    /// Print no notes
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Name every fix that was not made, and the level of every workload
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,

    /// Exit as if all was read and checked, when something was not
    #[arg(long, help_heading = "Exit code")]
    pub(super) allow_incomplete: bool,

    #[command(flatten)]
    pub(super) connection: Connection,
}

/// How fixes are printed.
/// Where digests are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PinFrom {
    /// The lock alone; no registry is asked
    Lock,
    /// The lock, and for what it does not have the registry
    Registry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A unified diff, as `patch -p1` and `git apply` take it
    #[value(alias = "diff")]
    Text,
    /// What becomes of every finding, and the bytes to replace
    Json,
    /// All that was read, mended
    Yaml,
}

impl Options {
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether something is printed or written beside the files themselves.
    pub(super) fn prints(&self) -> bool {
        !self.write || self.given.has("output") || !self.outputs.output_file.is_empty()
    }

    /// Takes from the file what the command line does not say.
    pub(super) fn fill(&mut self, config: &Config) {
        self.inputs.fill(config);
        self.selection.fill(&self.given, config);
        // One of these excludes the other.
        if !self.quiet && !self.verbose {
            (self.quiet, self.verbose) = (config.quiet, config.verbose);
        }
        self.allow_incomplete |= config.allow_incomplete;
    }
}
