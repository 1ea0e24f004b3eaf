//! What becomes of generated objects and files: printed, written, compared, applied.

#[cfg(feature = "live")]
pub(crate) mod apply;
#[cfg(feature = "live")]
mod difference;
pub(crate) mod file;
#[cfg(feature = "live")]
mod fit;
pub(crate) mod folder;

use std::path::PathBuf;

use harden_core::generators::ObjectOutput;

/// Options that every generator of objects takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Delivery {
    #[command(flatten)]
    pub(crate) output: ObjectOutput,

    /// Write one file per object and a kustomization.yaml to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
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

/// Which cluster, and as whom; the words are kubectl's.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct Connection {
    /// Kubeconfig file [default: $KUBECONFIG, then ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,

    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// Cluster of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,

    /// User of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,

    /// User to impersonate
    #[arg(long = "as", value_name = "USER")]
    pub(crate) impersonate: Option<String>,

    /// Group to impersonate, repeatable
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate")]
    pub(crate) impersonate_groups: Vec<String>,

    /// How long to wait for one answer, e.g. 5s or 1m; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_time)]
    pub(crate) request_timeout: std::time::Duration,
}

impl Delivery {
    /// Whether the objects are held against a cluster.
    pub(crate) fn asks_cluster(&self) -> bool {
        self.apply || self.diff
    }
}

fn parse_time(text: &str) -> Result<std::time::Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => 0,
    };
    match number.parse::<u64>() {
        Ok(number) if seconds > 0 => {
            Ok(std::time::Duration::from_secs(number.saturating_mul(seconds)))
        }
        _ => Err("must be a whole number with s, m or h, such as 30s".to_owned()),
    }
}
