//! Which cluster is asked, and as whom.

use std::path::PathBuf;
use std::time::Duration;

use harden_core::cluster::{Facts, Need};
use harden_core::configuration::duration;
use harden_core::generators::known_version;
use harden_core::kubernetes::{MinorVersion, PolicyVersion};

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

impl Connection {
    /// The version that `--kubernetes-version` means, for which the cluster is asked if it says so.
    pub(crate) fn version(&self, chosen: Option<PolicyVersion>) -> anyhow::Result<MinorVersion> {
        let facts = match chosen {
            Some(PolicyVersion::Cluster) => self.ask(&[Need::Version])?,
            _ => Facts::default(),
        };
        Ok(known_version(chosen, &facts)?)
    }

    /// The connection that words of the command line name, as far as they were typed.
    pub(crate) fn of_words(words: impl Iterator<Item = String>) -> Self {
        let mut connection = Self { request_timeout: Duration::from_secs(2), ..Self::default() };
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (word, words.peek().cloned()),
            };
            match flag.as_str() {
                "--kubeconfig" => connection.kubeconfig = value.map(PathBuf::from),
                "--context" => connection.context = value,
                "--cluster" => connection.cluster = value,
                "--as" => connection.impersonate = value,
                "--as-group" => connection.impersonate_groups.extend(value),
                _ => {}
            }
        }
        connection
    }

    /// The contexts of the kubeconfig.
    #[cfg(feature = "live")]
    pub(crate) fn contexts(&self) -> Vec<String> {
        crate::cluster::kubeconfig::contexts(self)
    }

    /// The clusters of the kubeconfig.
    #[cfg(feature = "live")]
    pub(crate) fn clusters(&self) -> Vec<String> {
        crate::cluster::kubeconfig::clusters(self)
    }

    /// The namespaces of the cluster; none where it does not tell at once.
    #[cfg(feature = "live")]
    pub(crate) fn namespaces(&self) -> Vec<String> {
        use crate::cluster::{Cluster, facts};

        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return Vec::new();
        };
        let names = async { facts::namespaces(&Cluster::connect(self).await?).await };
        runtime.block_on(names).unwrap_or_default()
    }

    /// Asks the cluster for what is needed.
    #[cfg(feature = "live")]
    pub(crate) fn ask(&self, needs: &[Need]) -> anyhow::Result<Facts> {
        use crate::cluster::{Cluster, facts};

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { facts::ask(&Cluster::connect(self).await?, needs).await })
    }
}

#[cfg(not(feature = "live"))]
#[expect(clippy::unused_self, reason = "they ask a cluster where there is a client")]
impl Connection {
    pub(crate) fn contexts(&self) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn clusters(&self) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn namespaces(&self) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn ask(&self, _: &[Need]) -> anyhow::Result<Facts> {
        anyhow::bail!("this build cannot talk to clusters: it was made without the feature `live`")
    }
}

/// Whole seconds or a Go duration, as kubectl takes them.
pub(crate) fn parse_timeout(text: &str) -> Result<Duration, String> {
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
