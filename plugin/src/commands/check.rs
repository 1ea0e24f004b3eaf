//! `check`: runs the rules over manifests, and reports what they find.

mod options;

use std::path::Path;

pub(crate) use options::Options;

use anyhow::Context as _;
use harden_core::check::{Baseline, Outcome, Settings};
use harden_core::finding::Finding;
use harden_core::ignore::Unused;
use harden_core::report::{self, Order, Report, ReportSource, Summary, View};

use crate::commands;
use crate::commands::reading::{self, Checked, File, Request};
use crate::deliver::{folder, outputs};
use crate::input;
use crate::terminal::{self, Exit};

pub(crate) fn run(options: &Options) -> commands::Result {
    let names = options.inputs.names("check")?;
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut file = File::read(options.selection.config.as_deref())?;
    let expired = file.take_expired(today);
    let mut options = options.clone();
    options.fill(&file.config)?;
    options.outputs.check(options.write_baseline.as_deref().as_slice())?;
    let old = options.against.find(&names, &options.inputs)?;
    let known = options.baseline.as_deref().map(read_baseline).transpose()?;
    let version = options.connection.version(options.selection.kubernetes_version)?;
    let settings = options.selection.settings(&file, version)?;
    let exclude = options.inputs.exclude(&file)?;
    let timeout = options.connection.request_timeout;
    let request = Request { names: &names, timeout, ..Request::of(&options.inputs, &exclude) };
    let config = options.selection.config.as_deref();
    let mut earlier =
        old.as_ref().map(|it| it.judge(request, &settings, known.as_ref(), config)).transpose()?;
    let Checked { mut outcome, errors, notes } = reading::check(request, settings.clone());
    let lost = write_baseline(&options, &outcome)?;
    let ran = |id: &str| settings.rules.iter().any(|it| it.id == id);
    let compared = known.map(|it| it.subtract(&mut outcome.findings, ran));
    let comparison = earlier.as_mut().map(|it| it.compare(&mut outcome, request));
    for error in &errors {
        terminal::error(error)?;
    }
    if !options.is_quiet() {
        for note in &notes {
            terminal::note(note)?;
        }
        for entry in expired.iter().filter(|_| !options.selection.no_ignores) {
            terminal::note(&format!("{}: {entry}", file.name()))?;
        }
        let unused = outcome.unused_entries.iter();
        for entry in unused.filter_map(|it| file.config.ignore.get(*it)) {
            terminal::note(&format!("{}: {}", file.name(), entry.unused()))?;
        }
        for unused in &outcome.unused {
            terminal::note(&unused_note(unused, &outcome))?;
        }
        let mut said = earlier.iter().flat_map(|it| &it.notes);
        said.try_for_each(|it| terminal::note(it))?;
        let is_told = ["text", "wide", "markdown", "html"].contains(&options.outputs.output.name);
        for doubt in comparison.iter().filter(|_| !is_told).flat_map(report::doubts) {
            terminal::note(&doubt)?;
        }
    }
    for source in outcome.sources.iter().filter(|it| options.is_verbose() && it.is_foreign) {
        terminal::note(&format!("{} holds no Kubernetes object", source.name))?;
    }
    let exit = exit_of(&options, &errors, &outcome);
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
        settings_file: file.name.as_deref(),
        is_quiet: options.is_quiet(),
        is_verbose: options.is_verbose(),
    };
    let written = write(&options, &settings, &mut outcome, view, &now.to_string())?;
    let exit = exit.max(lost).max(written);
    // The process ends, and taking a hundred thousand findings apart would only delay it.
    std::mem::forget(outcome);
    Ok(exit)
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

fn write(
    options: &Options,
    settings: &Settings,
    outcome: &mut Outcome<'_>,
    view: View<'_>,
    now: &str,
) -> commands::Result {
    let mut open = options.outputs.open();
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
        let sources = ReportSource::all(outcome);
        let version = env!("CARGO_PKG_VERSION");
        let report =
            Report { version, now: Some(now), view, ..Report::of(outcome, settings, &sources) };
        output.write(|out, colour| report::write(&report, format, colour, out));
    }
    outputs::finish(open)
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
