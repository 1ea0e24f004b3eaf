//! `check`: runs the rules over manifests, and reports what they find.

mod baseline;
mod config;
mod options;
mod run;
mod sources;
mod stream;

pub(crate) use options::Options;

use anyhow::Context as _;
use harden_core::finding::Finding;
use harden_core::ignore::Unused;
use harden_core::report::{self, Report, ReportSource};

use crate::commands;
use crate::deliver::folder;
use crate::terminal::{self, Exit};
use baseline::Baseline;
use config::Config;
use run::Run;

pub(crate) fn run(options: &Options) -> commands::Result {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
    let today = now.get(..10).unwrap_or_default();
    let (config, expired) = Config::read(options.config.as_deref())?.without_expired(today);
    let known = options.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut run = Run::over(options, &config)?;
    if let Some(path) = &options.write_baseline {
        Baseline::of(&run.findings).write(path)?;
    }
    if let Some(known) = known {
        run.findings = known.subtract(run.findings);
    }
    for error in &run.errors {
        terminal::error(error)?;
    }
    for entry in expired.iter().filter(|_| !options.no_ignores) {
        terminal::note(&format!("{}: {entry}", options.config_name()))?;
    }
    for entry in run.unused_entries.iter().filter_map(|it| config.ignore.get(*it)) {
        terminal::note(&format!("{}: {}", options.config_name(), entry.unused()))?;
    }
    for unused in &run.unused {
        terminal::note(&unused_note(unused, &run.names))?;
    }
    for name in run.foreign.iter().filter(|_| options.verbose) {
        terminal::note(&format!("{name} holds no Kubernetes object"))?;
    }
    write(options, &run, &now)?;
    let outcome = exit_of(options, &run);
    // The process ends, and taking a hundred thousand findings apart would only delay it.
    std::mem::forget(run);
    Ok(outcome)
}

fn write(options: &Options, run: &Run, now: &str) -> anyhow::Result<()> {
    let sources = run.names.iter().zip(&run.texts);
    let sources: Vec<_> =
        sources.map(|(name, text)| ReportSource { name, text: text.as_deref() }).collect();
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        now: Some(now),
        sources: &sources,
        findings: &run.findings,
        level: run.settings.level,
        kubernetes_version: run.settings.version,
        rules: &run.rules,
        coverage: &run.coverage,
        incomplete: &run.incomplete,
    };
    for (format, path) in &options.output_file {
        let mut bytes = Vec::new();
        report::write(&report, *format, false, &mut bytes)?;
        folder::replace(path, &bytes)
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(terminal::stream(|out, colour| report::write(&report, options.output, colour, out))?)
}

fn unused_note(unused: &Unused, names: &[String]) -> String {
    let name = names.get(unused.ignore.source).map_or("", String::as_str);
    match unused.ignore.line {
        Some(line) => format!("{name}:{line}: {unused}"),
        None => format!("{name}: {unused}"),
    }
}

/// Errors come first, then findings, then what is missing.
fn exit_of(options: &Options, run: &Run) -> Exit {
    let fails = |finding: &Finding| {
        let severe = options.fail_on.0.is_some_and(|least| finding.about.severity >= least);
        finding.ignored.is_none() && (severe || options.fail_on_new)
    };
    if !run.errors.is_empty() {
        Exit::Failed
    } else if run.findings.iter().any(fails) {
        Exit::Found
    } else if (run.incomplete.is_empty() && !run.is_broken()) || options.allow_incomplete {
        Exit::Done
    } else {
        Exit::Incomplete
    }
}
