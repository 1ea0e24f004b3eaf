//! Findings with the lines that they are about, as compilers show them.

mod frame;

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use rustc_hash::FxHashMap;

use super::against::write_absent;
use super::changes::changes;
use super::escape::{Plain, plain};
use super::excerpt::{Excerpt, excerpts};
use super::format::Unchanged;
use super::groups;
use super::secrets::Secrets;
use super::summary::count;
use super::{Format, Order, Report, ReportSource, Summary, location, pieces};
use crate::finding::{Finding, Severity};
use crate::fix::Previews;
use frame::Frame;

/// How many places of one finding are shown.
const PLACES: usize = 6;

/// How many findings of one rule are shown with their lines; others have one line each.
const WHOLE: usize = 5;

const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();

pub(super) const FORMAT: Format = Format {
    name: "text",
    help: "Findings with the lines they are about, one line each where there are many, and a summary",
    order: Order::Severity,
    unchanged: Unchanged::WhenVerbose,
    write: |report, colour, out| write(report, colour, out),
};

/// Findings that are shown as one.
struct Item<'g, 'a> {
    findings: groups::Group<'g, 'a>,
    /// Whether they are shown with their lines.
    is_whole: bool,
}

fn write(report: &Report<'_>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let printer = Printer { paint: Paint(colour), renderer, secrets: Secrets::of(report) };
    let counted = groups::gather(report.counted());
    let items = items(report, &counted);
    let render = |first: usize, some: &[Item<'_, '_>], piece: &mut Vec<u8>| {
        let mut previews = Previews::default();
        let before = first.checked_sub(1).and_then(|it| items.get(it));
        let before = before.into_iter().chain(some).map(Some);
        let before = std::iter::repeat_n(None, usize::from(first == 0)).chain(before);
        for (item, before) in some.iter().zip(before) {
            let Some(finding) = item.findings.first() else { continue };
            let source = report.source(finding);
            if !item.is_whole {
                item.findings.iter().try_for_each(|it| printer.line(it, source, piece))?;
                continue;
            }
            if before.is_some_and(|it| !it.is_whole) {
                writeln!(piece)?;
            }
            let is_same = |it: &Item<'_, '_>| {
                let last = it.findings.first().filter(|_| it.is_whole);
                last.is_some_and(|it| (it.source, &it.object) == (finding.source, &finding.object))
            };
            if !before.is_some_and(is_same) {
                printer.heading(finding, source, piece)?;
            }
            printer.findings(item.findings, source, &mut previews, piece)?;
        }
        Ok(())
    };
    pieces::write(&items, render, out)?;
    if items.last().is_some_and(|it| !it.is_whole) {
        writeln!(out)?;
    }
    write_absent(report, Paint(colour), out)?;
    let lines = items.iter().filter(|it| !it.is_whole).map(|it| it.findings.len()).sum();
    let hint = match lines {
        0 => String::new(),
        1 => format!(
            "1 finding has one line: -v shows more
{HINT}"
        ),
        several => format!(
            "{several} findings have one line each: -v shows more
{HINT}"
        ),
    };
    write_summary(report, Paint(colour), &hint, out)
}

/// What is shown: of each rule the first findings with their lines.
fn items<'g, 'a>(report: &Report<'_>, counted: &'g [&'a Finding]) -> Vec<Item<'g, 'a>> {
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    let groups = groups::all(counted).map(|findings| {
        let mut is_whole = report.view.is_verbose;
        for finding in findings {
            let count = counts.entry(&finding.about.id).or_default();
            is_whole |= *count < WHOLE;
            *count += 1;
        }
        Item { findings, is_whole }
    });
    groups.collect()
}

/// Where there is more about findings that have one line.
pub(super) const HINT: &str =
    "`kubectl harden explain RULE` says why a rule is there, and what may break";

/// The report in numbers, as the end of a text, and where there is more.
pub(super) fn write_summary(
    report: &Report<'_>,
    paint: Paint,
    hint: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !report.view.is_quiet {
        write_numbers(report, paint, hint, out)?;
    }
    if !report.incomplete.is_empty() {
        let warning = paint.on(severity_style(Severity::Medium), "incomplete");
        let places = count(report.incomplete.len(), "thing");
        writeln!(out, "{warning}: {places} could not be read or checked")?;
        for line in report.incomplete_lines() {
            writeln!(out, "  {}", Plain(&line))?;
        }
    }
    Ok(())
}

fn write_numbers(
    report: &Report<'_>,
    paint: Paint,
    hint: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let summary = Summary::new(report);
    let severities = summary.severities();
    let colon = if severities.is_empty() { "" } else { ": " };
    writeln!(out, "{}{colon}{severities}", paint.on(HEADING, &summary.headline()))?;
    // Nothing of a cluster is a file that could be mended.
    let is_of_files = report.view.cluster.is_none();
    let fixes = if is_of_files { summary.fix_sentence() } else { String::new() };
    if !fixes.is_empty() {
        writeln!(out, "{fixes}")?;
    }
    for line in report.hidden_lines() {
        writeln!(out, "{}", Plain(&line))?;
    }
    if !hint.is_empty() {
        writeln!(out, "{hint}")?;
    }
    let levels = summary.level_sentence();
    if !levels.is_empty() {
        writeln!(out, "{levels}")?;
    }
    for line in report.coverage_lines() {
        writeln!(out, "{}", Plain(&line))?;
    }
    Ok(())
}

/// Colour, if it is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(pub bool);

impl Paint {
    pub(super) fn on(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => AnsiColor::BrightRed.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::BrightBlue.on_default().bold(),
    }
}

struct Printer {
    paint: Paint,
    renderer: Renderer,
    secrets: Secrets,
}

impl Printer {
    /// The object and its source.
    fn heading(
        &self,
        finding: &Finding,
        source: ReportSource<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = Plain(source.name).to_string();
        match &finding.object {
            Some(object) => {
                let object = Plain(&object.to_string()).to_string();
                writeln!(out, "{} in {name}\n", self.paint.on(HEADING, &object))
            }
            None => writeln!(out, "{}\n", self.paint.on(HEADING, &name)),
        }
    }

    /// A finding in one line.
    fn line(
        &self,
        finding: &Finding,
        source: ReportSource<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let place = location(source, finding.spots.first());
        let object = finding.object.as_ref().map_or_else(String::new, |it| format!(" {it}"));
        let (place, object, message) = (Plain(&place), Plain(&object), Plain(&finding.message));
        writeln!(out, "{} {place}{object}: {message}", self.rule(finding))
    }

    /// Findings at the same places, with the lines that they are about.
    fn findings<'a>(
        &self,
        findings: groups::Group<'_, 'a>,
        source: ReportSource<'a>,
        previews: &mut Previews<'a>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for finding in findings {
            let message = format!(": {}", Plain(&finding.message));
            writeln!(out, "{}{}", self.rule(finding), self.paint.on(HEADING, &message))?;
        }
        let Some(first) = findings.first() else { return Ok(()) };
        let excerpts = self.excerpts(first, source);
        if excerpts.is_empty() {
            self.places(first, source, out)?;
            let frame = Frame { paint: self.paint, width: 1 };
            frame.help(findings, out)?;
            return writeln!(out);
        }
        let elements = excerpts.iter().flat_map(|it| elements(it, source));
        let group = Group::with_level(level(first.about.severity)).elements(elements);
        writeln!(out, "{}", self.renderer.render(&[group]))?;
        let last = excerpts.iter().filter_map(|it| it.marks.last());
        let last = last.map(|(_, spot)| spot.start.line).max().unwrap_or(1);
        let frame = Frame { paint: self.paint, width: digits(last) };
        frame.gap(out)?;
        let hidden = first.spots.len().saturating_sub(PLACES);
        if hidden > 0 {
            frame.note("note", &format!("and {} more", count(hidden, "place")), out)?;
        }
        frame.help(findings, out)?;
        for hunk in changes(source.text, findings, previews, &self.secrets) {
            frame.gap(out)?;
            hunk.numbered().try_for_each(|(number, it)| frame.line(number, it, out))?;
        }
        writeln!(out)
    }

    fn excerpts<'a>(&self, finding: &'a Finding, source: ReportSource<'a>) -> Vec<Excerpt<'a>> {
        let Some(text) = source.text else { return Vec::new() };
        excerpts(text, finding, PLACES, &self.secrets)
    }

    /// `high[host-port]`.
    fn rule(&self, finding: &Finding) -> String {
        let about = &finding.about;
        let text = format!("{}[{}]", about.severity.name(), about.id);
        let status = finding.status.filter(|_| finding.is_unchanged());
        let text = status.map_or_else(|| text.clone(), |it| format!("{text} {}", it.name()));
        self.paint.on(severity_style(about.severity), &text)
    }

    /// The places of a finding whose source's text is not at hand.
    fn places(
        &self,
        finding: &Finding,
        source: ReportSource<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for spot in finding.spots.iter().take(PLACES) {
            let place = if source.text.is_none() && !spot.path.is_empty() {
                format!("{}: {}", source.name, spot.path)
            } else {
                location(source, Some(spot))
            };
            let label =
                if spot.label.is_empty() { String::new() } else { format!(" ({})", spot.label) };
            writeln!(out, "  {} {}{}", self.paint.on(FRAME, "-->"), Plain(&place), Plain(&label))?;
        }
        Ok(())
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
    }
}

/// An excerpt as annotate-snippets takes it. The column of a cut line has to be told.
fn elements<'e>(
    excerpt: &'e Excerpt<'_>,
    source: ReportSource<'e>,
) -> impl Iterator<Item = Element<'e>> {
    let mut snippet =
        Snippet::source(excerpt.text.as_ref()).line_start(excerpt.line as usize).fold(true);
    for (range, spot) in &excerpt.marks {
        let mark = AnnotationKind::Primary.span(range.clone());
        snippet = snippet.annotation(if spot.label.is_empty() {
            mark
        } else {
            mark.label(plain(&spot.label))
        });
    }
    let origin = if excerpt.is_whole {
        snippet = snippet.path(plain(source.name));
        None
    } else {
        let column = excerpt.marks.first().map_or(1, |(_, spot)| spot.start.column);
        Some(
            Origin::path(plain(source.name))
                .line(excerpt.line as usize)
                .char_column(column as usize),
        )
    };
    origin.map(Element::from).into_iter().chain([snippet.into()])
}

fn digits(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |it| it as usize + 1)
}
