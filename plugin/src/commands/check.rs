//! `check`: runs the rules over manifests, and reports what they find.

mod config;
mod options;
mod run;
mod sources;
mod spool;
mod stream;

use std::path::Path;

pub(crate) use options::Options;

use anyhow::Context as _;
use harden_core::check::{Baseline, Outcome, Settings};
use harden_core::finding::Finding;
use harden_core::ignore::Unused;
use harden_core::report::{self, Report, ReportSource};

use crate::commands;
use crate::deliver::{folder, outputs};
use crate::input;
use crate::terminal::{self, Exit};
use config::Config;
use run::Checked;

pub(crate) fn run(options: &Options) -> commands::Result {
    let names = options.names()?;
    options.outputs.check(options.write_baseline.as_deref().as_slice())?;
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (config, expired) = Config::read(options.config.as_deref())?.without_expired(today);
    let known = options.baseline.as_deref().map(read_baseline).transpose()?;
    let version = options.connection.version(options.kubernetes_version)?;
    let settings = options.settings(&config, version)?;
    let Checked { mut outcome, errors, notes } = run::check(options, &names, settings.clone());
    let lost = write_baseline(options, &outcome)?;
    if let Some(known) = known {
        outcome.findings = known.subtract(outcome.findings);
    }
    for error in &errors {
        terminal::error(error)?;
    }
    for note in &notes {
        terminal::note(note)?;
    }
    for entry in expired.iter().filter(|_| !options.no_ignores) {
        terminal::note(&format!("{}: {entry}", options.config_name()))?;
    }
    for entry in outcome.unused_entries.iter().filter_map(|it| config.ignore.get(*it)) {
        terminal::note(&format!("{}: {}", options.config_name(), entry.unused()))?;
    }
    for unused in &outcome.unused {
        terminal::note(&unused_note(unused, &outcome))?;
    }
    for source in outcome.sources.iter().filter(|it| options.verbose && it.is_foreign) {
        terminal::note(&format!("{} holds no Kubernetes object", source.name))?;
    }
    let written = write(options, &settings, &outcome, &now.to_string())?;
    let exit = exit_of(options, &errors, &outcome).max(lost).max(written);
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

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text =
        input::read_utf8(path).with_context(|| format!("failed to read {}", path.display()))?;
    Baseline::parse(&text).with_context(|| path.display().to_string())
}

fn write(
    options: &Options,
    settings: &Settings,
    outcome: &Outcome<'_>,
    now: &str,
) -> commands::Result {
    let sources = ReportSource::all(outcome);
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        now: Some(now),
        ..Report::of(outcome, settings, &sources)
    };
    let mut open = options.outputs.open();
    for output in &mut open {
        let format = output.format;
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
        let severe = options.fail_on.0.is_some_and(|least| finding.about.severity >= least);
        finding.ignored.is_none() && (severe || options.fail_on_new)
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
    exit.allowing(options.allow_incomplete)
}
