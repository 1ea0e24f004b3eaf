//! JUnit XML: a suite per source, a failed case per finding, a passed one for a source without.
//!
//! Only what the strictest reader takes, the schema of Jenkins' xUnit plugin: no `file`, no `line`.

use std::io::{self, Write};

use super::escape::{Markup, Plain};
use super::format::Unchanged;
use super::wide::reason;
use super::{Format, Order, Report, location};
use crate::finding::Finding;

pub(super) const FORMAT: Format = Format {
    name: "junit",
    help: "JUnit XML, for test reports",
    order: Order::Place,
    unchanged: Unchanged::Hidden,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let by_source = by_source(report);
    let failures = report.counted().count();
    let ignored = report.findings.len() - failures;
    let silent = by_source.iter().filter(|it| it.is_empty()).count();
    let errors = report.incomplete.len();
    let omission = report.omission();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"kubectl-harden\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"0\">",
        failures + ignored + silent + errors + usize::from(omission.is_some())
    )?;
    for (source, findings) in report.sources.iter().zip(&by_source) {
        let is_unchecked = findings.is_empty() && !source.is_checked;
        let ignored = findings.iter().filter(|it| it.ignored.is_some()).count();
        let skipped = ignored + usize::from(is_unchecked);
        open_suite(
            report,
            source.name,
            findings.len().max(1),
            findings.len() - ignored,
            0,
            skipped,
            out,
        )?;
        let name = Markup(source.name);
        if is_unchecked {
            writeln!(
                out,
                "    <testcase name=\"nothing to check\" classname=\"{name}\" time=\"0\"><skipped/></testcase>"
            )?;
        } else if findings.is_empty() {
            let new = if report.view.against.is_some() { "new " } else { "" };
            writeln!(
                out,
                "    <testcase name=\"no {new}findings\" classname=\"{name}\" time=\"0\"/>"
            )?;
        }
        for finding in findings {
            write_case(report, finding, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if errors > 0 {
        open_suite(report, "not checked", errors, 0, errors, 0, out)?;
        for incomplete in report.incomplete {
            let (what, why) = (Markup(&incomplete.what), Markup(&incomplete.why));
            writeln!(out, "    <testcase name=\"{what}\" classname=\"not checked\" time=\"0\">")?;
            writeln!(out, "      <error message=\"{why}\" type=\"incomplete\"/>")?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if let Some(omission) = omission {
        open_suite(report, "not shown", 1, 0, 0, 1, out)?;
        let name = Markup(&omission);
        writeln!(
            out,
            "    <testcase name=\"{name}\" classname=\"not shown\" time=\"0\"><skipped/></testcase>\n  </testsuite>"
        )?;
    }
    writeln!(out, "</testsuites>")
}

/// The findings of each source.
pub(super) fn by_source<'a>(report: &Report<'a>) -> Vec<Vec<&'a Finding>> {
    let mut sources: Vec<Vec<&Finding>> = vec![Vec::new(); report.sources.len()];
    for finding in report.findings {
        if let Some(findings) = sources.get_mut(finding.source) {
            findings.push(finding);
        }
    }
    sources
}

fn open_suite(
    report: &Report<'_>,
    name: &str,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let time = match report.now {
        Some(now) => format!(" timestamp=\"{}\"", Markup(now)),
        None => String::new(),
    };
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\"{time}>",
        Markup(name)
    )
}

fn write_case(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let source = report.source(finding);
    let object =
        finding.object.as_ref().map_or_else(|| source.name.to_owned(), ToString::to_string);
    let message = Markup(&finding.message);
    writeln!(
        out,
        "    <testcase name=\"{}: {message}\" classname=\"{}\" time=\"0\">",
        finding.about.id,
        Markup(&object)
    )?;
    if let Some(ignored) = &finding.ignored {
        writeln!(out, "      <skipped message=\"{}\"/>", Markup(&reason(ignored)))?;
    } else {
        writeln!(
            out,
            "      <failure message=\"{message}\" type=\"{}\">",
            finding.about.severity.name()
        )?;
        for spot in &finding.spots {
            let path =
                if spot.path.is_empty() { String::new() } else { format!(" ({})", spot.path) };
            let place = format!("{}{path}", location(source, Some(spot)));
            // Not every reader knows numeric references in text, so that none is needed there.
            writeln!(out, "{}", Markup(&Plain(&place).to_string()))?;
        }
        writeln!(
            out,
            "{}\n{}.\n{}</failure>",
            Markup(&finding.about.why),
            Markup(&finding.about.remedy),
            Markup(&finding.about.page())
        )?;
    }
    writeln!(out, "    </testcase>")
}
