//! Workflow commands of GitHub Actions, which become annotations of the lines.

use std::io::{self, Write};

use super::escape::{Command, Property};
use super::{Format, Order, Report};
use crate::finding::{Finding, Severity};

pub(super) const FORMAT: Format = Format {
    name: "github",
    help: "Annotations of GitHub Actions",
    order: Order::Severity,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // GitHub shows the first ten of a kind for each step.
    for finding in report.counted() {
        write_finding(report, finding, out)?;
    }
    for incomplete in report.incomplete {
        let (what, why) = (Command(&incomplete.what), Command(&incomplete.why));
        writeln!(out, "::warning title=not checked::{what}: {why}")?;
    }
    if let Some(omission) = report.omission() {
        writeln!(out, "::notice title=not shown::{}", Command(&omission))?;
    }
    Ok(())
}

fn write_finding(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let about = &finding.about;
    let command = match about.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    };
    let name = report.source(finding).name;
    write!(out, "::{command} file={}", Property(name.strip_prefix("./").unwrap_or(name)))?;
    if let Some(spot) = finding.spots.first() {
        write!(out, ",line={}", spot.start.line)?;
        // Columns are taken only for spots on one line.
        if spot.start.line == spot.end.line {
            let last = spot.end.column.saturating_sub(1).max(spot.start.column);
            write!(out, ",col={},endColumn={last}", spot.start.column)?;
        } else {
            write!(out, ",endLine={}", spot.end.line)?;
        }
    }
    write!(out, ",title={}", Property(&format!("{} {}", about.severity.name(), about.id)))?;
    let object = finding.object.as_ref().map_or_else(String::new, |it| format!("{it}: "));
    writeln!(
        out,
        "::{}{}%0Ahelp: {}%0Amore: {}",
        Command(&object),
        Command(&finding.message),
        Command(&about.remedy),
        Command(&about.page())
    )
}
