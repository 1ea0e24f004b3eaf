//! Workflow commands of GitHub Actions, which become annotations of the lines.

use std::io::{self, Write};

use super::changes::{are_told, changes};
use super::escape::{Command, Property};
use super::format::Unchanged;
use super::secrets::Secrets;
use super::{Format, Order, Report};
use crate::finding::{Finding, Severity};
use crate::fix::{Hunk, Previews, Sign};

pub(super) const FORMAT: Format = Format {
    name: "github",
    help: "Annotations of GitHub Actions",
    order: Order::Severity,
    unchanged: Unchanged::Hidden,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // GitHub shows the first ten of a kind for each step.
    let secrets = Secrets::of(report);
    let mut previews = Previews::default();
    for finding in report.counted() {
        let change = if are_told(report) {
            changes(report.source(finding).text, &[finding], &mut previews, &secrets)
        } else {
            Vec::new()
        };
        write_finding(report, finding, &change, out)?;
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

fn write_finding(
    report: &Report<'_>,
    finding: &Finding,
    change: &[Hunk],
    out: &mut dyn Write,
) -> io::Result<()> {
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
    write!(
        out,
        "::{}{}%0Ahelp: {}%0Amore: {}",
        Command(&object),
        Command(&finding.message),
        Command(&about.remedy),
        Command(&about.page())
    )?;
    for (number, line) in change.iter().flat_map(Hunk::numbered) {
        let sign = match line.sign {
            Sign::Stays => ' ',
            Sign::Goes => '-',
            Sign::Comes => '+',
        };
        write!(out, "%0A{number:>4} {sign} {}", Command(&line.text))?;
    }
    writeln!(out)
}
