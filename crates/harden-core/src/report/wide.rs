//! A line per finding.

use std::io::{self, Write};

use super::against::write_absent;
use super::escape::Plain;
use super::format::Unchanged;
use super::text::{HINT, Paint, severity_style, write_summary};
use super::{Format, Order, Report, location};
use crate::finding::{Finding, Ignored, IgnoredBy};

const COLUMNS: [&str; 6] = ["SEVERITY", "LEVEL", "RULE", "OBJECT", "LOCATION", "MESSAGE"];

pub(super) const FORMAT: Format = Format {
    name: "wide",
    help: "One line per finding",
    order: Order::Severity,
    unchanged: Unchanged::WhenVerbose,
    write: |report, colour, out| write(report, colour, out),
};

fn write(report: &Report<'_>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(colour);
    if !report.findings.is_empty() {
        let mut widths = COLUMNS.map(str::len);
        for finding in report.findings {
            for (width, cell) in widths.iter_mut().zip(cells(report, finding)) {
                *width = (*width).max(cell.chars().count());
            }
        }
        row(&COLUMNS.map(str::to_owned), &widths, |_, cell| cell, out)?;
        for finding in report.findings {
            let style = severity_style(finding.about.severity);
            let painted =
                |column, cell: String| if column == 0 { paint.on(style, &cell) } else { cell };
            row(&cells(report, finding), &widths, painted, out)?;
        }
        if !report.view.is_quiet || !report.incomplete.is_empty() {
            writeln!(out)?;
        }
    }
    write_absent(report, paint, out)?;
    let hint = if report.findings.is_empty() { "" } else { HINT };
    write_summary(report, paint, hint, out)
}

fn cells(report: &Report<'_>, finding: &Finding) -> [String; 6] {
    let source = report.source(finding);
    let object = finding.object.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let message = match &finding.ignored {
        Some(ignored) => format!("{} ({})", finding.message, reason(ignored)),
        None if finding.is_unchanged() => format!("{} (unchanged)", finding.message),
        None => finding.message.to_string(),
    };
    [
        finding.about.severity.name().to_owned(),
        finding.about.level.map_or("-", |level| level.as_str()).to_owned(),
        finding.about.id.to_string(),
        Plain(&object).to_string(),
        Plain(&location(source, finding.spots.first())).to_string(),
        Plain(&message).to_string(),
    ]
}

fn row(
    cells: &[String; 6],
    widths: &[usize; 6],
    paint: impl Fn(usize, String) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if column + 1 == cells.len() {
            return writeln!(out, "{cell}");
        }
        let padding = width - cell.chars().count() + 3;
        write!(out, "{}{:padding$}", paint(column, cell.clone()), "")?;
    }
    Ok(())
}

/// `ignored by annotation: needs the node's clock`.
pub(super) fn reason(ignored: &Ignored) -> String {
    let by = ignored_by(ignored.by);
    if ignored.reason.is_empty() {
        format!("ignored by {by}")
    } else {
        format!("ignored by {by}: {}", ignored.reason)
    }
}

/// The lower-case name of how it was ignored.
pub(super) fn ignored_by(by: IgnoredBy) -> &'static str {
    match by {
        IgnoredBy::Comment => "comment",
        IgnoredBy::Annotation => "annotation",
        IgnoredBy::File => "file",
    }
}
