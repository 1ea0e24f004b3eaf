//! One page that needs nothing else and no network, for light and dark, wide and narrow.

mod findings;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::escape::{Markup, Prose};
use super::format::Unchanged;
use super::summary::count;
use super::{Format, Order, Report, Summary};
use crate::comparison::Fate;
use crate::finding::{About, Reference, Severity};
use crate::kubernetes::Level;

const STYLE: &str = include_str!("html/style.css");

/// Shows the objects that somebody looks for. All else works without it.
const SCRIPT: &str = include_str!("html/script.js");

pub(super) const FORMAT: Format = Format {
    name: "html",
    help: "One HTML page that needs nothing else",
    order: Order::Severity,
    unchanged: Unchanged::Hidden,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::new(report);
    write_head(report, &summary, out)?;
    write_levels(&summary, out)?;
    write_incomplete(report, out)?;
    write_rules(report, out)?;
    findings::write(report, out)?;
    write_absent(report, out)?;
    writeln!(out, "<footer>")?;
    for line in report.coverage_lines() {
        writeln!(out, "<p>{}</p>", Markup(&line))?;
    }
    writeln!(
        out,
        "<p>kubectl-harden {}</p>\n</footer>\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>",
        Markup(report.version)
    )
}

fn write_head(report: &Report<'_>, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    // Nothing else runs, whatever objects are called.
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
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
    writeln!(out, "</p>")?;
    for line in report.hidden_lines() {
        writeln!(out, "<p>{}</p>", Markup(&line))?;
    }
    writeln!(out, "</header>")?;
    writeln!(out, "<section class=\"tiles\" aria-label=\"Show findings by severity\">")?;
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
        let name = if level == Level::Privileged { "neither" } else { level.as_str() };
        if number > 0 {
            write!(
                out,
                "<span class=\"{level}\" style=\"flex-grow:{number}\">{number} {name}</span>"
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

/// What the earlier check found and this one does not.
fn write_absent(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let absent = report.view.against.map_or(&[][..], |it| &it.comparison.absent);
    for fate in Fate::ALL {
        let of_it: Vec<_> = absent.iter().filter(|it| it.fate == fate).collect();
        if of_it.is_empty() {
            continue;
        }
        writeln!(
            out,
            "<section>\n<details>\n<summary><b>Found before, and {}</b> <span class=\"count\">{}</span></summary>\n<ul>",
            fate.words(),
            count(of_it.len(), "finding")
        )?;
        for it in of_it {
            let known = &it.known;
            let object = known.object.as_ref().map_or_else(String::new, |it| format!("{it}: "));
            writeln!(
                out,
                "<li><span class=\"badge {0}\">{0}</span> <code>{1}</code> {2}{3} (<code>{4}</code>)</li>",
                known.severity.name(),
                Markup(&known.rule),
                Markup(&object),
                Markup(&known.message),
                Markup(&known.location())
            )?;
        }
        writeln!(out, "</ul>\n</details>\n</section>")?;
    }
    Ok(())
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
        writeln!(out, "<p class=\"references\">{}", Page(rule))?;
        for reference in &rule.references {
            match reference {
                Reference::Page(address) if address.starts_with("https://") => {
                    writeln!(out, " · <a href=\"{0}\">{0}</a>", Markup(address))?;
                }
                other => writeln!(out, " · {}", Markup(&other.to_string()))?,
            }
        }
        writeln!(out, "</p>\n</details>")?;
    }
    writeln!(out, "</section>")
}

/// The id of a rule, as a link to its page.
struct Page<'a>(&'a About);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (page, id) = (self.0.page(), Markup(&self.0.id));
        write!(f, "<a href=\"{}\"><code>{id}</code></a>", Markup(&page))
    }
}
