//! The options of `check`.

use std::path::PathBuf;

use anyhow::bail;
use harden_core::finding::Severity;
use harden_core::report::{Format, News, Order};

use crate::commands::reading::{
    Against, Config, Given, Inputs, Reach, Selection, Threshold, order, threshold,
};
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

    #[command(flatten)]
    pub(super) outputs: Outputs<Format>,

    /// Order of findings: severity, place, rule or object [default: severity where people read, else place]
    #[arg(long, value_name = "ORDER", value_parser = order, help_heading = "Output")]
    sort: Option<Order>,

    /// Show so many findings, the worst, and say how many are left out; the exit code is that of all
    #[arg(long, value_name = "NUMBER", help_heading = "Output")]
    pub(super) max_findings: Option<usize>,

    /// Print no notes, and in text no numbers: nothing where nothing was found
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Show the lines of every finding, however many there are, and name the files that hold nothing to check
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,

    /// Exit with 1 when there is a finding of at least this severity: critical, high, medium, low or never
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = threshold, help_heading = "Exit code")]
    fail_on: Threshold,

    /// Findings that were there before, which do not count
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) baseline: Option<PathBuf>,

    #[command(flatten)]
    pub(super) against: Against,

    /// Exit with 1 when there is any finding that the baseline does not hold, or that is new with --against
    #[arg(long, help_heading = "Exit code")]
    fail_on_new: bool,

    /// Write what is found now as a baseline
    #[arg(long, value_name = "FILE", help_heading = "Exit code")]
    pub(super) write_baseline: Option<PathBuf>,

    /// Exit as if all was read and checked, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    /// Keep checking the cluster, and print what changes
    #[arg(short, long, help_heading = "Cluster")]
    pub(super) watch: bool,

    #[command(flatten)]
    pub(super) reach: Reach,

    /// Write the reports of -o policyreport or openreports to the cluster (server-side, as field manager kubectl-harden)
    #[arg(long, help_heading = "Cluster")]
    pub(super) apply: bool,

    /// Have what is ignored in policyreport and openreports of a cluster, too, as skip
    #[arg(long, help_heading = "Cluster")]
    pub(super) include_ignored: bool,

    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Options {
    /// What findings are ordered by in a format.
    pub(super) fn order(&self, format: Format) -> Order {
        self.sort.unwrap_or(format.order)
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    pub(super) fn fails_on_new(&self) -> bool {
        self.fail_on_new
    }

    /// The severity from which a finding fails the run; `None` where none does.
    pub(super) fn fails_on(&self) -> Option<Severity> {
        self.fail_on.0
    }

    pub(super) fn allows_incomplete(&self) -> bool {
        self.allow_incomplete
    }

    /// Takes from the file what the command line does not say.
    pub(super) fn fill(&mut self, config: &Config) -> anyhow::Result<()> {
        self.inputs.fill(config);
        self.selection.fill(&self.given, config);
        let is_given = |flag| self.given.has(flag);
        if let Some(format) = config.output.filter(|_| !is_given("output")) {
            self.outputs.output = format;
        }
        if let Some(threshold) = config.fail_on.filter(|_| !is_given("fail_on")) {
            self.fail_on = threshold;
        }
        self.sort = self.sort.or(config.sort);
        self.max_findings = self.max_findings.or(config.max_findings);
        // One of these excludes the other.
        if !self.quiet && !self.verbose {
            (self.quiet, self.verbose) = (config.quiet, config.verbose);
        }
        self.fail_on_new |= config.fail_on_new;
        self.allow_incomplete |= config.allow_incomplete;
        if self.baseline.is_none() {
            self.baseline.clone_from(&config.baseline);
        }
        self.against.fill(config);
        if self.outputs.output_file.is_empty() {
            self.outputs.output_file = config.output_file.iter().map(|it| it.0.clone()).collect();
        }
        if self.fails_on_new() && self.baseline.is_none() && !self.against.is_given() {
            bail!("--fail-on-new needs --baseline or --against, which say what was there before");
        }
        if self.watch { self.expect_watchable() } else { Ok(()) }
    }

    /// Rejects what does not go with `--watch`.
    fn expect_watchable(&self) -> anyhow::Result<()> {
        let format = self.outputs.output.name;
        if !self.inputs.is_empty() {
            bail!("--watch keeps checking a cluster, and something else is named to be read");
        }
        if self.reach.snapshot.is_some() {
            bail!("--watch keeps checking a cluster, and a snapshot of one does not change");
        }
        if self.reach.selector.is_some() {
            bail!(
                "--watch does not go with -l: only the server says what a selector matches, and it is not asked again"
            );
        }
        if !News::FORMATS.contains(&format) {
            bail!("--watch prints {}, and not {format}", News::FORMATS.join(", "));
        }
        if !self.outputs.output_file.is_empty() {
            bail!(
                "--watch prints what changes, and --output-file is written once: leave out either of them"
            );
        }
        Ok(())
    }
}
