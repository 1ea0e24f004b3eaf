//! What becomes of generated objects and files: printed, written, compared, applied.

#[cfg(feature = "live")]
pub(crate) mod apply;
#[cfg(feature = "live")]
pub(crate) mod difference;
#[cfg(feature = "live")]
mod external_diff;
pub(crate) mod file;
#[cfg(feature = "live")]
mod fit;
pub(crate) mod folder;
pub(crate) mod object_file;
pub(crate) mod outputs;
#[cfg(feature = "live")]
pub(crate) mod reports;
#[cfg(feature = "live")]
mod served;

use std::path::PathBuf;

use harden_core::ManifestFormat;
use harden_core::generators::ObjectOutput;

use crate::connection::Connection;
use outputs::{OutputFile, output_file};

/// Options that every generator of objects takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Delivery {
    #[command(flatten)]
    pub(crate) output: ObjectOutput,

    /// Write to a file what would be printed, or with FORMAT= another format beside it; repeatable
    #[arg(long, value_name = "[FORMAT=]PATH", value_parser = output_file::<ManifestFormat>)]
    pub(crate) output_file: Vec<OutputFile>,

    /// Write one file per object and a kustomization.yaml to this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "output_file"])]
    pub(crate) output_dir: Option<PathBuf>,

    /// Apply the objects to the cluster (server-side, as field manager kubectl-harden)
    #[arg(long, conflicts_with = "output")]
    pub(crate) apply: bool,

    /// With --apply, change nothing: server lets the API server check everything
    #[arg(long, value_name = "WHERE", default_value = "none", requires = "apply")]
    pub(crate) dry_run: DryRun,

    /// Show what applying would change; alone, it exits with 1 if there is anything
    #[arg(long, conflicts_with = "output")]
    pub(crate) diff: bool,

    /// Exit as if the API server checked all, when it could not
    #[arg(long)]
    pub(crate) allow_incomplete: bool,

    /// With --apply, take over fields that another field manager owns
    #[arg(long, requires = "apply")]
    pub(crate) force_conflicts: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Whether applying changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DryRun {
    /// Apply for real
    None,
    /// Only print what would be applied
    Client,
    /// Have the API server check everything, and keep nothing
    Server,
}

impl Delivery {
    /// Whether the objects are held against a cluster.
    pub(crate) fn asks_cluster(&self) -> bool {
        self.apply || self.diff
    }
}
