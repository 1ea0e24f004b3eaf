//! One page that needs nothing else: no script, no network, for light and dark.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::{Markup, Prose};
use super::excerpt::excerpts;
use super::secrets::Secrets;
use super::summary::count;
use super::{Format, Report, Summary, location};
use crate::finding::{About, Finding, Severity};
use crate::kubernetes::Level;

const STYLE: &str = include_str!("html/style.css");

/// How many lines are shown of one finding.
const LINES: usize = 12;

pub(super) const FORMAT: Format = Format {
    name: "html",
    help: "One HTML page that needs nothing else",
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::new(report);
    write_head(report, &summary, out)?;
    write_levels(&summary, out)?;
    write_incomplete(report, out)?;
    write_rules(report, out)?;
    write_findings(report, out)?;
    writeln!(out, "<footer>")?;
    for line in report.coverage_lines() {
        writeln!(out, "<p>{}</p>", Markup(&line))?;
    }
    writeln!(
        out,
        "<p>kubectl-harden {}</p>\n</footer>\n</main>\n</body>\n</html>",
        Markup(report.version)
    )
}

fn write_head(report: &Report<'_>, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>kubectl harden: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<p class=\"tool\">kubectl harden</p>\n<h1>{}</h1>\n",
        Markup(&summary.headline()),
        Markup(&summary.headline())
    )?;
    write!(
        out,
        "<p>Held to {} of the Pod Security Standards, Kubernetes {}",
        report.level, report.kubernetes_version
    )?;
    if let Some(now) = report.now {
        write!(out, ", on <time datetime=\"{0}\">{0}</time>", Markup(now))?;
    }
    writeln!(out, "</p>\n</header>")?;
    writeln!(out, "<section class=\"tiles\" aria-label=\"Findings by severity\">")?;
    for severity in Severity::ALL {
        let (name, number) = (severity.name(), summary.of(severity));
        writeln!(
            out,
            "<label class=\"tile {name}\"><input type=\"checkbox\" id=\"show-{name}\" checked>\
             <strong>{number}</strong><span>{name}</span></label>"
        )?;
    }
    writeln!(out, "</section>")
}

/// The workloads as one bar.
fn write_levels(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    if summary.workloads() == 0 {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2>Pod Security</h2>\n<p>{}</p>", summary.level_sentence())?;
    write!(out, "<div class=\"bar\" aria-hidden=\"true\">")?;
    for level in [Level::Restricted, Level::Baseline, Level::Privileged] {
        let number = summary.reaching(level);
        if number > 0 {
            write!(
                out,
                "<span class=\"{level}\" style=\"flex-grow:{number}\">{number} {level}</span>"
            )?;
        }
    }
    writeln!(out, "</div>\n</section>")
}

fn write_incomplete(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.incomplete.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"warning\">\n<h2>Not everything was checked</h2>\n<ul>")?;
    for incomplete in report.incomplete {
        let (what, why) = (Markup(&incomplete.what), Markup(&incomplete.why));
        writeln!(out, "<li><code>{what}</code>: {why}</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// The rules that found something, the worst first.
fn write_rules(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, (usize, &About)> = BTreeMap::new();
    for finding in report.counted() {
        counts.entry(&finding.about.id).or_insert((0, &finding.about)).0 += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let mut rules: Vec<_> = counts.into_values().collect();
    rules.sort_by(|(a, one), (b, other)| {
        other.severity.cmp(&one.severity).then(b.cmp(a)).then(one.id.cmp(&other.id))
    });
    writeln!(out, "<section>\n<h2>What to do</h2>")?;
    for (number, rule) in rules {
        let severity = rule.severity.name();
        writeln!(
            out,
            "<details class=\"rule {severity}\">\n<summary><span class=\"badge {severity}\">{severity}</span> \
             <span>{}</span> <span class=\"count\">{}</span></summary>",
            Prose(&rule.title),
            count(number, "finding")
        )?;
        writeln!(
            out,
            "<p>{}</p>\n<p><b>To do:</b> {}.</p>",
            Prose(&rule.why),
            Prose(&rule.remedy)
        )?;
        if !rule.breaks.is_empty() {
            writeln!(out, "<p><b>What may break:</b> {}</p>", Prose(&rule.breaks))?;
        }
        writeln!(out, "<p class=\"references\"><code>{}</code>", rule.id)?;
        for reference in &rule.references {
            writeln!(out, " · {}", Markup(&reference.to_string()))?;
        }
        writeln!(out, "</p>\n</details>")?;
    }
    writeln!(out, "</section>")
}

/// The findings by object.
fn write_findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let secrets = Secrets::of(report);
    writeln!(out, "<section>\n<h2>Where</h2>")?;
    let groups = report
        .findings
        .chunk_by(|one, other| (one.source, &one.object) == (other.source, &other.object));
    for group in groups {
        let Some(first) = group.first() else {
            continue;
        };
        let name = report.source(first).name;
        writeln!(out, "<details class=\"object\" open>")?;
        match &first.object {
            Some(object) => writeln!(
                out,
                "<summary><b>{}</b> <span class=\"count\">{}</span></summary>",
                Markup(&object.to_string()),
                Markup(name)
            )?,
            None => writeln!(out, "<summary><b>{}</b></summary>", Markup(name))?,
        }
        for finding in group {
            write_finding(report, finding, &secrets, out)?;
        }
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

fn write_finding(
    report: &Report<'_>,
    finding: &Finding,
    secrets: &Secrets,
    out: &mut dyn Write,
) -> io::Result<()> {
    let source = report.source(finding);
    let severity = finding.about.severity.name();
    let state = if finding.ignored.is_some() { " ignored" } else { "" };
    writeln!(
        out,
        "<article class=\"finding {severity}{state}\">\n<h3><span class=\"badge {severity}\">{severity}</span> {}</h3>",
        Prose(&finding.message)
    )?;
    if let Some(ignored) = &finding.ignored {
        writeln!(out, "<p>{}</p>", Markup(&super::wide::reason(ignored)))?;
    }
    let place = location(source, finding.spots.first());
    writeln!(
        out,
        "<p class=\"place\"><code>{}</code> · <code>{}</code></p>",
        Markup(&place),
        finding.about.id
    )?;
    let found = source.text.map_or_else(Vec::new, |text| excerpts(text, finding, LINES, secrets));
    let mut left = LINES;
    for excerpt in found {
        if left == 0 {
            break;
        }
        write!(out, "<pre>")?;
        let mut start = 0;
        for (number, line) in (excerpt.line..).zip(excerpt.text.split('\n')) {
            let end = start + line.len();
            let is_marked =
                excerpt.marks.iter().any(|(it, _)| it.start >= start && it.start <= end);
            if is_marked && left > 0 {
                writeln!(out, "<span class=\"number\">{number:>5}  </span>{}", Markup(line))?;
                left -= 1;
            }
            start = end + 1;
        }
        writeln!(out, "</pre>")?;
    }
    writeln!(out, "<p class=\"remedy\">{}</p>\n</article>", Prose(&finding.about.remedy))
}
