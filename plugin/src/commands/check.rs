//! `check`: runs the rules over manifests, and reports what they find.

mod apply;
mod options;
#[cfg(feature = "live")]
mod watch;

use std::fmt::Display;
use std::path::Path;

pub(crate) use options::Options;

use anyhow::{Context as _, bail};
use harden_core::check::{Baseline, Outcome, Settings};
use harden_core::comparison::Comparison;
use harden_core::finding::Finding;
use harden_core::ignore::Unused;
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::report::{self, Order, Report, ReportSource, Summary, View};

use crate::commands;
use crate::commands::reading::{self, Checked, File, Judged, Request};
use crate::deliver::folder;
use crate::deliver::outputs::{self, Open};
use crate::input;
use crate::listing::{Listing, Reached};
use crate::terminal::{self, Exit};

pub(crate) fn run(options: &Options) -> commands::Result {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut file = File::read(options.selection.config.as_deref())?
        .with_lock(options.selection.lock.as_deref())?;
    let expired = file.take_expired(today);
    let mut options = options.clone();
    options.fill(&file.config)?;
    options.outputs.check(options.write_baseline.as_deref().as_slice())?;
    let is_of_cluster = options.inputs.is_empty();
    let names = if is_of_cluster { Vec::new() } else { options.inputs.names("check")? };
    let old = options.against.find(&names, &options.inputs)?;
    let known = options.baseline.as_deref().map(read_baseline).transpose()?;
    if !is_of_cluster {
        options.reach.reject_snapshot()?;
    }
    let reports = apply::prepare(&options, is_of_cluster)?;
    let listing = if is_of_cluster {
        if old.as_ref().is_some_and(|it| !it.is_report()) {
            bail!("--against compares what a cluster holds with an earlier report of -o json only");
        }
        Some(list(&options, &now.to_string())?)
    } else {
        None
    };
    if listing.is_none() && options.reach.selector.is_some() {
        bail!("-l chooses among the objects of a cluster, and something else is named to be read");
    }
    let version = version(&options, listing.as_ref())?;
    // What a snapshot says was so when it was taken.
    let time = listing.as_ref().map_or_else(|| now.to_string(), |it| it.origin.time.clone());
    let settings = options.selection.settings(&file, version)?;
    let left_out = options.selection.left_out(&file, &settings);
    let exclude = options.inputs.exclude(&file)?;
    let timeout = options.connection.request_timeout;
    let request = Request { names: &names, timeout, ..Request::of(&options.inputs, &exclude) };
    let config = options.selection.config.as_deref();
    let mut earlier =
        old.as_ref().map(|it| it.judge(request, &settings, known.as_ref(), config)).transpose()?;
    #[cfg(feature = "live")]
    let (listing, watch) =
        watch::Watch::over(&options, &settings, listing, known.as_ref(), earlier.as_ref())?;
    let Checked { mut outcome, errors, notes, cluster, reached, is_interrupted } = match listing {
        Some(listing) => {
            let shows_system = options.reach.shows_system(&listing.origin.scope);
            let mut checked = check_listing(listing, &settings, !options.is_quiet())?;
            if !shows_system {
                checked.outcome.set_system_aside();
            }
            checked
        }
        None => reading::check(request, settings.clone()),
    };
    let lost = write_baseline(&options, &outcome)?;
    let ran = |id: &str| settings.rules.iter().any(|it| it.id == id);
    let compared = known.map(|it| it.subtract(&mut outcome.findings, ran));
    let comparison = earlier.as_mut().map(|it| it.compare(&mut outcome, request));
    for error in &errors {
        terminal::error(error)?;
    }
    if !options.is_quiet() {
        let compared = earlier.as_ref().zip(comparison.as_ref());
        notes.iter().try_for_each(|it| terminal::note(it))?;
        tell(&options, &file, &expired, &outcome, compared)?;
    }
    for source in outcome.sources.iter().filter(|it| options.is_verbose() && it.is_foreign) {
        terminal::note(&format!("{} holds no Kubernetes object", source.name))?;
    }
    let exit = exit_of(&options, &errors, &outcome);
    #[cfg(feature = "live")]
    let watch = watch.filter(|_| !is_interrupted).map(|it| it.after(&outcome));
    // What is known is no verdict.
    let exit = if is_interrupted { Exit::Incomplete } else { exit };
    let against = comparison.as_ref().zip(earlier.as_ref());
    let against = against.map(|(it, earlier)| report::Against::new(earlier.what(), it));
    let (all, all_new) = options
        .max_findings
        .and_then(|most| limit(&mut outcome, &settings, most))
        .map_or((None, None), |(all, new)| (Some(all), Some(new)));
    let view = View {
        all,
        against: against.map(|it| it.with_all_new(all_new.as_ref())),
        compared,
        cluster: cluster.as_deref(),
        namespace: reached.as_ref().and_then(Reached::namespace),
        with_ignored: options.include_ignored,
        settings_file: file.name.as_deref(),
        is_quiet: options.is_quiet(),
        is_verbose: options.is_verbose(),
    };
    let written = write(&options, &settings, &mut outcome, &view, &time)?;
    let known = reached.as_ref().filter(|_| !is_interrupted);
    let applied =
        apply::run(reports, &options, known, (&outcome, &settings, &left_out), (view, &time))?;
    let exit = exit.max(lost).max(written.0).max(applied);
    #[cfg(feature = "live")]
    if let Some(watch) = watch.filter(|_| written.1) {
        drop(outcome);
        return watch.run(exit);
    }
    // The process ends, and taking a hundred thousand findings apart would only delay it.
    std::mem::forget(outcome);
    Ok(exit)
}

/// Says beside the report what changes nothing, and what is not sure.
fn tell(
    options: &Options,
    file: &File,
    expired: &[impl Display],
    outcome: &Outcome<'_>,
    compared: Option<(&Judged<'_>, &Comparison)>,
) -> anyhow::Result<()> {
    for entry in expired.iter().filter(|_| !options.selection.no_ignores) {
        terminal::note(&format!("{}: {entry}", file.name()))?;
    }
    note_unused(file, outcome)?;
    let mut said = compared.iter().flat_map(|(earlier, _)| &earlier.notes);
    said.try_for_each(|it| terminal::note(it))?;
    let is_told = ["text", "wide", "markdown", "html"].contains(&options.outputs.output.name);
    for doubt in compared.iter().filter(|_| !is_told).flat_map(|(_, it)| report::doubts(it)) {
        terminal::note(&doubt)?;
    }
    Ok(())
}

/// Begins to read the cluster, and says which.
fn list(options: &Options, now: &str) -> anyhow::Result<Listing> {
    let listing = options.reach.list(&options.connection, now)?;
    if !options.is_quiet() {
        let when = match &options.reach.snapshot {
            Some(_) => format!(", as it was at {}", listing.origin.time),
            None => String::new(),
        };
        terminal::note(&format!("reading {}{when}", listing.origin))?;
    }
    Ok(listing)
}

#[cfg(feature = "live")]
fn check_listing(listing: Listing, settings: &Settings, is_shown: bool) -> anyhow::Result<Checked> {
    let progress = terminal::progress::Progress::new(is_shown);
    reading::check_listing(listing, settings.clone(), &|text| progress.say(text))
}

#[cfg(not(feature = "live"))]
fn check_listing(listing: Listing, settings: &Settings, _: bool) -> anyhow::Result<Checked> {
    reading::check_listing(listing, settings.clone(), &|_| {})
}

/// The version to judge for: the chosen one, else that of the cluster where one is read.
fn version(options: &Options, listing: Option<&Listing>) -> anyhow::Result<MinorVersion> {
    match (options.selection.kubernetes_version, listing) {
        (None | Some(PolicyVersion::Cluster), Some(listing)) => Ok(listing.origin.version),
        (chosen, _) => options.connection.version(chosen),
    }
}

/// A baseline that cannot be written keeps no report from being written.
fn write_baseline(options: &Options, outcome: &Outcome<'_>) -> commands::Result {
    let Some(path) = &options.write_baseline else { return Ok(Exit::Done) };
    let text = Baseline::of(&outcome.findings).to_json();
    if let Err(error) = folder::replace(path, text.as_bytes()) {
        terminal::error(&format!("failed to write {}: {error}", path.display()))?;
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// Leaves the worst findings; returns the numbers of all, and of all that are new, where some are left out.
fn limit(
    outcome: &mut Outcome<'_>,
    settings: &Settings,
    most: usize,
) -> Option<(Summary, Summary)> {
    let report = Report::of(outcome, settings, &[]);
    let (mut all, mut new) = (Summary::new(&report), Summary::of_new(&report));
    let count = |it: &[Finding]| it.iter().filter(|it| !it.is_unchanged()).count();
    let before = count(&outcome.findings);
    all.omitted = report::keep_worst(&mut outcome.findings, most);
    new.omitted = before - count(&outcome.findings);
    (all.omitted > 0).then_some((all, new))
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text =
        input::read_utf8(path).with_context(|| format!("failed to read {}", path.display()))?;
    Baseline::parse(&text).with_context(|| path.display().to_string())
}

/// Writes all outputs; says what that comes to, and whether nobody who reads one went away.
fn write(
    options: &Options,
    settings: &Settings,
    outcome: &mut Outcome<'_>,
    view: &View<'_>,
    now: &str,
) -> anyhow::Result<(Exit, bool)> {
    // What is applied is not printed.
    let mut open =
        if options.apply { options.outputs.open_files() } else { options.outputs.open() };
    // All that are ordered by something else than places are ordered by the same.
    let mut turns: Vec<_> = open.iter_mut().collect();
    turns.sort_by_key(|it| options.order(it.format) != Order::Place);
    let mut current = Order::Place;
    for output in turns {
        let format = output.format;
        if options.order(format) != current {
            current = options.order(format);
            current.sort(&mut outcome.findings);
        }
        let is_of_cluster = view.cluster.is_some();
        let sources =
            if is_of_cluster { ReportSource::of_cluster } else { ReportSource::all }(outcome);
        let version = env!("CARGO_PKG_VERSION");
        let report = Report {
            version,
            now: Some(now),
            view: *view,
            ..Report::of(outcome, settings, &sources)
        };
        output.write(|out, colour| {
            report::write(&report, format, colour, out)?;
            out.flush()
        });
    }
    let is_read = !open.iter().any(Open::is_gone);
    Ok((outputs::finish(open)?, is_read))
}

/// Says which decisions not to count findings change nothing.
fn note_unused(file: &File, outcome: &Outcome<'_>) -> anyhow::Result<()> {
    let unused = outcome.unused_entries.iter();
    for entry in unused.filter_map(|it| file.config.ignore.get(*it)) {
        terminal::note(&format!("{}: {}", file.name(), entry.unused()))?;
    }
    outcome.unused.iter().try_for_each(|it| terminal::note(&unused_note(it, outcome)))
}

fn unused_note(unused: &Unused, outcome: &Outcome<'_>) -> String {
    let name = outcome.sources.get(unused.ignore.source).map_or("", |it| &it.name);
    match unused.ignore.line {
        Some(line) => format!("{name}:{line}: {unused}"),
        None => format!("{name}: {unused}"),
    }
}

/// Errors come first, then findings, then what is missing.
fn exit_of(options: &Options, errors: &[String], outcome: &Outcome<'_>) -> Exit {
    let fails = |finding: &Finding| {
        let severe = options.fails_on().is_some_and(|least| finding.about.severity >= least);
        finding.ignored.is_none() && !finding.is_unchanged() && (severe || options.fails_on_new())
    };
    let exit = if !errors.is_empty() {
        Exit::Failed
    } else if outcome.findings.iter().any(fails) {
        Exit::Found
    } else if outcome.is_incomplete() {
        Exit::Incomplete
    } else {
        Exit::Done
    };
    exit.allowing(options.allows_incomplete())
}
