//! The options of `check`.

use std::path::PathBuf;

use anyhow::bail;
use harden_core::check::Settings;
use harden_core::finding::Severity;
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::report::Format;
use harden_core::rule::Rule;
use harden_core::rules;

use super::config::{self, Config, Entry};
use crate::commands::explain::severity;
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// File, folder, https:// address, or - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The same as PATH, repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    pub(super) recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    pub(super) kustomize: Option<PathBuf>,

    /// CustomResourceDefinitions to check custom objects against, repeatable
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) crd: Vec<PathBuf>,

    /// Pod Security level that pods are held to, unless their Namespace is among the input
    #[arg(long, value_name = "LEVEL", default_value = "restricted", help_heading = "Rules")]
    level: Level,

    /// Kubernetes version that the manifests are meant for, such as 1.30 or latest; cluster asks the
    /// API server [default: v1.37]
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub(super) kubernetes_version: Option<PolicyVersion>,

    /// Run only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule, help_heading = "Rules")]
    rule: Vec<&'static Rule>,

    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule, help_heading = "Rules")]
    skip: Vec<&'static Rule>,

    /// Settings and ignores [default: .kubectl-harden.yaml of this folder, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) config: Option<PathBuf>,

    /// Count what was ignored, too
    #[arg(long, help_heading = "Rules")]
    pub(super) no_ignores: bool,

    #[command(flatten)]
    pub(super) outputs: Outputs<Format>,

    /// Name the files that hold nothing to check
    #[arg(short, long, help_heading = "Output")]
    pub(super) verbose: bool,

    /// Exit with 1 when there is a finding of at least this severity: critical, high, medium, low or never
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = threshold, help_heading = "Exit code")]
    pub(super) fail_on: Threshold,

    /// Findings that were there before, which do not count
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) baseline: Option<PathBuf>,

    /// Exit with 1 when there is any finding that the baseline does not hold
    #[arg(long, requires = "baseline", help_heading = "Exit code")]
    pub(super) fail_on_new: bool,

    /// Write what is found now as a baseline
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) write_baseline: Option<PathBuf>,

    /// Exit as if all was read and checked, when something was not
    #[arg(long, help_heading = "Exit code")]
    pub(super) allow_incomplete: bool,

    #[command(flatten)]
    pub(super) connection: Connection,
}

/// The severity from which a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Threshold(pub(super) Option<Severity>);

impl Options {
    /// What is to be read, in the order of the command line: what has no flag comes first.
    pub(super) fn names(&self) -> anyhow::Result<Vec<PathBuf>> {
        let names: Vec<_> = self.paths.iter().chain(&self.filename).cloned().collect();
        if names.is_empty() && self.kustomize.is_none() {
            bail!(
                "there is nothing to check: name a file, a folder, an https:// address or - with PATH or -f, or a \
                 kustomization with -k; the cluster of the current context is not read yet"
            );
        }
        Ok(names)
    }

    /// The name of the file of settings, for messages.
    pub(super) fn config_name(&self) -> String {
        self.config.as_ref().map_or_else(|| config::NAME.to_owned(), |it| it.display().to_string())
    }

    pub(super) fn settings(
        &self,
        config: &Config,
        version: MinorVersion,
    ) -> anyhow::Result<Settings> {
        let skipped = |rule: &Rule| {
            self.skip.iter().any(|it| it.id == rule.id)
                || config.skip.iter().any(|it| it == rule.id)
        };
        let wanted =
            |rule: &Rule| self.rule.is_empty() || self.rule.iter().any(|it| it.id == rule.id);
        let rules: Vec<_> = rules::all().filter(|it| wanted(it) && !skipped(it)).collect();
        if rules.is_empty() {
            bail!("--rule and --skip leave no rule to run");
        }
        Ok(Settings {
            known_ids: rules::all().map(|it| it.id).collect(),
            level: self.level,
            version,
            reads_ignores: !self.no_ignores,
            ignores: if self.no_ignores {
                Vec::new()
            } else {
                config.ignore.iter().map(Entry::to_core).collect()
            },
            ..Settings::new(rules)
        })
    }
}

fn rule(id: &str) -> Result<&'static Rule, String> {
    rules::find(id)
        .ok_or_else(|| "there is no such rule; `kubectl harden rules` lists them".to_owned())
}

fn threshold(text: &str) -> Result<Threshold, String> {
    if text == "never" {
        Ok(Threshold(None))
    } else {
        severity(text).map(|it| Threshold(Some(it))).map_err(|it| format!("{it}, never"))
    }
}
