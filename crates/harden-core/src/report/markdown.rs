//! Markdown for a comment on a pull request: the worst first, and no longer than a comment may be.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{Code, Markdown, Markup};
use super::format::Unchanged;
use super::{Against, Format, Order, Report, Summary, location};
use crate::comparison::Fate;
use crate::finding::{About, Finding};

/// GitHub takes comments of 65,536 characters; what comes after the table needs some of them.
const LIMIT: usize = 48_000;

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    help: "Markdown, for comments on pull requests",
    order: Order::Severity,
    unchanged: Unchanged::Hidden,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::new(report);
    let severities = summary.severities();
    let detail = if severities.is_empty() { String::new() } else { format!(": {severities}") };
    writeln!(out, "## kubectl harden: {}{detail}\n", summary.headline())?;
    // Nothing of a cluster is a file that could be mended.
    let is_of_files = report.view.cluster.is_none();
    let fixes = if is_of_files { summary.fix_sentence() } else { String::new() };
    if !fixes.is_empty() {
        writeln!(out, "{fixes}\n")?;
    }
    let levels = summary.level_sentence();
    if !levels.is_empty() {
        writeln!(out, "{levels}\n")?;
    }
    for line in report.hidden_lines() {
        writeln!(out, "{}\n", Markdown(&line))?;
    }
    if let Some(against) = report.view.against {
        write_changes(against, out)?;
    }
    if !report.incomplete.is_empty() {
        writeln!(out, "> [!WARNING]\n> Not everything could be read or checked.")?;
        for incomplete in report.incomplete.iter().take(20) {
            let (what, why) = (Markdown(&incomplete.what), Markdown(&incomplete.why));
            writeln!(out, "> - {what}: {why}")?;
        }
        writeln!(out)?;
    }
    if summary.findings > 0 {
        let shown = write_table(report, out)?;
        write_rules(&shown, out)?;
    }
    for line in report.coverage_lines() {
        writeln!(out, "<sub>{}</sub><br>", Markup(&line))?;
    }
    writeln!(out, "<sub>kubectl-harden {}</sub>", report.version)
}

/// What changed in numbers, and what is there no more.
fn write_changes(against: Against<'_>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = against.comparison;
    writeln!(out, "| Since {} | Findings |\n|---|---:|", Code(against.what.name()))?;
    writeln!(out, "| new | {} |", comparison.new)?;
    for fate in Fate::ALL {
        let number = comparison.count(fate);
        if fate == Fate::Gone || number > 0 {
            writeln!(out, "| {} | {number} |", fate.words())?;
        }
    }
    writeln!(out, "| unchanged | {} |\n", comparison.unchanged)?;
    for fate in Fate::ALL {
        let some = comparison.absent.iter().filter(|it| it.fate == fate);
        let (mut written, mut shown) = (0, 0);
        for it in some {
            if shown == 0 {
                writeln!(out, "<details><summary>{}</summary>\n", Markup(fate.words()))?;
            }
            let known = &it.known;
            let object = known
                .object
                .as_ref()
                .map_or_else(String::new, |it| format!("{} ", Code(&it.to_string())));
            let line = format!(
                "- {} {} {object}in {}: {}",
                known.severity.name(),
                Code(&known.rule),
                Code(&known.location()),
                Markdown(&known.message)
            );
            written += line.chars().count();
            if written > LIMIT / 24 {
                break;
            }
            shown += 1;
            writeln!(out, "{line}")?;
        }
        let number = comparison.count(fate);
        if number > shown {
            writeln!(out, "- … and {} more", number - shown)?;
        }
        if number > 0 {
            writeln!(out, "\n</details>\n")?;
        }
    }
    Ok(())
}

/// Writes as many findings as fit, and returns their rules.
fn write_table<'a>(report: &Report<'a>, out: &mut dyn Write) -> io::Result<Vec<&'a About>> {
    writeln!(out, "| Severity | Rule | Object | Where | What is wrong |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    let mut rules = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut written, mut shown) = (0, 0);
    for finding in report.counted() {
        let row = row(report, finding);
        written += row.chars().count();
        if written > LIMIT {
            writeln!(out, "\n… and {} more\n", report.counted().count() - shown)?;
            return Ok(rules);
        }
        shown += 1;
        if seen.insert(&finding.about.id) {
            rules.push(&*finding.about);
        }
        out.write_all(row.as_bytes())?;
    }
    writeln!(out)?;
    Ok(rules)
}

fn row(report: &Report<'_>, finding: &Finding) -> String {
    let source = report.source(finding);
    let object = match &finding.object {
        Some(object) => Code(&object.to_string()).to_string(),
        None => "–".to_owned(),
    };
    let mut row = String::new();
    let _ = writeln!(
        row,
        "| {} | {} | {object} | {} | {} |",
        finding.about.severity.name(),
        Code(&finding.about.id),
        Code(&location(source, finding.spots.first())),
        Markdown(&finding.message)
    );
    row
}

fn write_rules(rules: &[&About], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<details><summary>Why it matters, and what to do</summary>\n")?;
    let mut written = 0;
    for rule in rules {
        let mut text = format!(
            "- **[{}]({})**: {} To do: {}.",
            rule.id,
            rule.page(),
            Markdown(&rule.why),
            Markdown(&rule.remedy)
        );
        if !rule.breaks.is_empty() {
            let _ = write!(text, " What may break: {}", Markdown(&rule.breaks));
        }
        written += text.chars().count();
        if written > LIMIT / 4 {
            writeln!(out, "- …")?;
            break;
        }
        writeln!(out, "{text}")?;
    }
    writeln!(out, "\n</details>\n")
}
