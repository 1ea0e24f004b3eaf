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
use std::time::Duration;

use harden_core::configuration::duration;
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

    /// How long to wait for one answer: seconds, or e.g. 1m30s; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_timeout)]
    pub(crate) request_timeout: Duration,
}

impl Delivery {
    /// Whether the objects are held against a cluster.
    pub(crate) fn asks_cluster(&self) -> bool {
        self.apply || self.diff
    }
}

/// Whole seconds or a Go duration, as kubectl takes them.
fn parse_timeout(text: &str) -> Result<Duration, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let nanoseconds =
        if is_number { duration::parse(&format!("{digits}s")) } else { duration::parse(text) };
    match nanoseconds.map(u64::try_from) {
        Ok(Ok(nanoseconds)) => Ok(Duration::from_nanos(nanoseconds)),
        Ok(Err(_)) => Err("must not be negative".to_owned()),
        Err(error) => Err(format!("must be seconds, or a duration such as 1m30s: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_kubectl_reads_them() {
        for (text, milliseconds) in [
            ("0", 0),
            ("-0", 0),
            ("30", 30_000),
            ("+30", 30_000),
            ("007", 7_000),
            ("0s", 0),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            ("1h1m1.5s", 3_661_500),
            ("9223372036", 9_223_372_036_000),
        ] {
            assert_eq!(parse_timeout(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for (text, error) in [
            ("-1s", "must not be negative"),
            ("", r#"must be seconds, or a duration such as 1m30s: time: invalid duration """#),
            (
                "5 s",
                r#"must be seconds, or a duration such as 1m30s: time: unknown unit " s" in duration "5 s""#,
            ),
        ] {
            assert_eq!(parse_timeout(text), Err(error.to_owned()), "{text}");
        }
        for text in
            ["-1", "1.5", "5x", "s", "1m30", "9223372037", "99999999999999999999", "9999999h"]
        {
            assert!(parse_timeout(text).is_err(), "{text}");
        }
    }
}
