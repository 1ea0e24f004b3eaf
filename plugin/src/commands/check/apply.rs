//! `check --apply`: reports that become objects of the cluster that was read.

use anyhow::bail;
use harden_core::check::{Outcome, Settings};
use harden_core::report::{Report, ReportApi, ReportSource, View};

use super::Options;
use crate::commands;
use crate::listing::Reached;
use crate::terminal::{self, Exit};

/// Reports that are to be applied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reports(
    #[cfg_attr(not(feature = "live"), expect(dead_code, reason = "a client applies them"))]
    ReportApi,
);

/// Whether reports are to be applied; they can be, as far as is known before anything is read.
///
/// # Errors
///
/// When there is no cluster to apply them to, it does not have their kinds, or they would not be whole.
pub(super) fn prepare(options: &Options, is_of_cluster: bool) -> anyhow::Result<Option<Reports>> {
    if !options.apply {
        return Ok(None);
    }
    let Some(api) = ReportApi::of(options.outputs.output) else {
        bail!(
            "--apply needs -o policyreport or -o openreports: it writes these reports to the cluster"
        );
    };
    if !is_of_cluster {
        bail!("--apply writes reports on a cluster to it, and files are named to be read");
    }
    if options.reach.snapshot.is_some() {
        bail!("--apply writes reports on a cluster to it, and a snapshot is what was there once");
    }
    if options.max_findings.is_some() {
        bail!(
            "--max-findings leaves findings out, and --apply would take their reports away: leave out either of them"
        );
    }
    let reports = Reports(api);
    reports.expect_kinds(options)?;
    Ok(Some(reports))
}

/// Applies them, if they are to be; what was read is not known where it was not read to its end.
pub(super) fn run(
    reports: Option<Reports>,
    options: &Options,
    reached: Option<&Reached>,
    (outcome, settings, left_out): (&Outcome<'_>, &Settings, &[&str]),
    (view, now): (View<'_>, &str),
) -> commands::Result {
    match (reports, reached) {
        (None, _) => Ok(Exit::Done),
        (Some(_), None) => {
            terminal::error("no report was applied: the cluster was not read to its end")?;
            Ok(Exit::Incomplete)
        }
        (Some(reports), Some(reached)) => {
            let sources = ReportSource::of_cluster(outcome);
            let report = Report { now: Some(now), view, ..Report::of(outcome, settings, &sources) };
            reports.run(options, (&report, left_out), reached)
        }
    }
}

#[cfg(feature = "live")]
impl Reports {
    fn expect_kinds(self, options: &Options) -> anyhow::Result<()> {
        use crate::cluster::Cluster;
        use crate::deliver::reports;

        runtime()?.block_on(async {
            let cluster = Cluster::connect(&options.connection).await?;
            reports::expect_kinds(&cluster, self.0).await
        })
    }

    /// Makes the cluster have these reports, and no others of ours on what was read.
    fn run(
        self,
        options: &Options,
        (report, left_out): (&Report<'_>, &[&str]),
        reached: &Reached,
    ) -> commands::Result {
        use crate::cluster::Cluster;
        use crate::deliver::reports::{Scene, apply};

        let shows_system = options.reach.shows_system(&reached.scope);
        runtime()?.block_on(async {
            let cluster = Cluster::connect(&options.connection).await?;
            let scene = Scene { api: self.0, report, reached, shows_system, left_out };
            let (exit, counts) = apply(&cluster, scene).await?;
            if !options.is_quiet() {
                terminal::note(&format!("reports: {counts}"))?;
            }
            Ok(exit)
        })
    }
}

#[cfg(feature = "live")]
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

#[cfg(not(feature = "live"))]
#[expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "they ask a cluster where there is a client"
)]
impl Reports {
    fn expect_kinds(self, _: &Options) -> anyhow::Result<()> {
        // That there is no client is said when the cluster is read.
        Ok(())
    }

    fn run(self, _: &Options, _: (&Report<'_>, &[&str]), _: &Reached) -> commands::Result {
        Ok(Exit::Done)
    }
}
