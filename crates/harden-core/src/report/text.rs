//! Findings with the lines that they are about, as compilers show them.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::escape::{Plain, plain};
use super::excerpt::{Excerpt, excerpts};
use super::secrets::Secrets;
use super::suggestion::{Additions, Suggestion, suggest};
use super::summary::count;
use super::{Format, Report, ReportSource, Summary, location, pieces};
use crate::finding::{Finding, Severity, Spot};

/// How many places of one finding are shown.
const PLACES: usize = 6;

/// How many changes of one finding are shown.
const CHANGES: usize = 3;

const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const HELP: Style = AnsiColor::BrightCyan.on_default().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const ADDED: Style = AnsiColor::BrightGreen.on_default();
const REMOVED: Style = AnsiColor::BrightRed.on_default();

pub(super) const FORMAT: Format = Format {
    name: "text",
    help: "Each finding with the lines it is about, and a summary",
    write: |report, colour, out| write(report, colour, out),
};

fn write(report: &Report<'_>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let printer = Printer { paint: Paint(colour), renderer, secrets: Secrets::of(report) };
    let counted: Vec<&Finding> = report.counted().collect();
    let render = |first: usize, findings: &[&Finding], piece: &mut Vec<u8>| {
        let mut additions = Additions::default();
        let before = first.checked_sub(1).and_then(|it| counted.get(it));
        let before = before.into_iter().chain(findings).copied().map(Some);
        let before = std::iter::repeat_n(None, usize::from(first == 0)).chain(before);
        for (finding, before) in findings.iter().zip(before) {
            let source = report.source(finding);
            if before.is_none_or(|it| (it.source, &it.object) != (finding.source, &finding.object))
            {
                printer.heading(finding, source, piece)?;
                additions = Additions::default();
            }
            printer.finding(finding, source, &mut additions, piece)?;
        }
        Ok(())
    };
    pieces::write(&counted, render, out)?;
    write_summary(report, Paint(colour), out)
}

/// The report in numbers, as the end of a text.
pub(super) fn write_summary(
    report: &Report<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let summary = Summary::new(report);
    let severities = summary.severities();
    let colon = if severities.is_empty() { "" } else { ": " };
    writeln!(out, "{}{colon}{severities}", paint.on(HEADING, &summary.headline()))?;
    let levels = summary.level_sentence();
    if !levels.is_empty() {
        writeln!(out, "{levels}")?;
    }
    for line in report.coverage_lines() {
        writeln!(out, "{line}")?;
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

    fn finding(
        &self,
        finding: &Finding,
        source: ReportSource<'_>,
        additions: &mut Additions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let excerpts = source
            .text
            .map_or_else(Vec::new, |text| excerpts(text, finding, PLACES, &self.secrets));
        if excerpts.is_empty() {
            return self.compact(finding, source, out);
        }
        let title = level(finding.about.severity)
            .with_name(finding.about.severity.name())
            .primary_title(plain(&finding.message))
            .id(&*finding.about.id);
        let elements = excerpts.iter().flat_map(|it| elements(it, source));
        let rendered = self.renderer.render(&[Group::with_title(title).elements(elements)]);
        writeln!(out, "{rendered}")?;
        let last = excerpts.iter().filter_map(|it| it.marks.last());
        let last = last.map(|(_, spot)| spot.start.line).max().unwrap_or(1);
        let frame = Frame { paint: self.paint, width: digits(last) };
        frame.line(None, "|", DIM, "", out)?;
        let hidden = finding.spots.len().saturating_sub(PLACES);
        if hidden > 0 {
            frame.note("note", &format!("and {} more", count(hidden, "place")), out)?;
        }
        frame.note("help", &finding.about.remedy, out)?;
        frame.changes(&excerpts, source.text.unwrap_or_default(), additions, out)?;
        writeln!(out)
    }

    /// A finding whose source's text is not at hand.
    fn compact(
        &self,
        finding: &Finding,
        source: ReportSource<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let severity = self.paint.on(
            severity_style(finding.about.severity),
            &format!("{}[{}]", finding.about.severity.name(), finding.about.id),
        );
        let message = Plain(&finding.message).to_string();
        writeln!(out, "{severity}{}", self.paint.on(HEADING, &format!(": {message}")))?;
        let frame = Frame { paint: self.paint, width: 1 };
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
        frame.note("help", &finding.about.remedy, out)?;
        writeln!(out)
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

/// What stands below an excerpt, in line with it.
struct Frame {
    paint: Paint,
    width: usize,
}

impl Frame {
    fn note(&self, word: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let equals = self.paint.on(FRAME, "=");
        let word = self.paint.on(if word == "help" { HELP } else { HEADING }, word);
        writeln!(out, "{:width$} {equals} {word}: {text}", "", width = self.width)
    }

    fn changes(
        &self,
        excerpts: &[Excerpt<'_>],
        text: &str,
        additions: &mut Additions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let marks = excerpts
            .iter()
            .filter(|it| it.is_whole)
            .flat_map(|it| it.marks.iter().map(move |(range, spot)| (it, range, *spot)));
        let changes: Vec<_> = marks
            .filter_map(|(excerpt, range, spot)| {
                let start = excerpt.text.get(..range.start)?.rfind('\n').map_or(0, |feed| feed + 1);
                let line = excerpt.text.get(start..)?.lines().next().unwrap_or_default();
                // What was cut or masked is nothing to build on.
                if line.contains(['•', '…']) {
                    return None;
                }
                let suggestion = suggest(
                    line,
                    (range.start - start, range.end - start),
                    below(text, spot),
                    spot,
                )?;
                Some((spot.start.line, line, suggestion))
            })
            .collect();
        for (number, line, suggestion) in changes.iter().take(CHANGES) {
            match suggestion {
                Suggestion::Replace(with) => {
                    self.line(None, "|", DIM, "", out)?;
                    self.line(Some(*number), "-", REMOVED, line, out)?;
                    self.line(Some(*number), "+", ADDED, with, out)?;
                }
                Suggestion::Add(lines) => {
                    let known = additions.take_in(*number, lines);
                    if known == lines.len() {
                        continue;
                    }
                    self.line(None, "|", DIM, "", out)?;
                    self.line(Some(*number), "|", Style::new(), line, out)?;
                    for (number, line) in (number + 1..).zip(lines).take(known) {
                        self.line(Some(number), "|", Style::new(), line, out)?;
                    }
                    for (number, line) in (number + 1..).zip(lines).skip(known) {
                        self.line(Some(number), "+", ADDED, line, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn line(
        &self,
        number: Option<u32>,
        sign: &str,
        style: Style,
        line: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let number = number.map_or_else(String::new, |it| it.to_string());
        let number = self.paint.on(FRAME, &format!("{number:width$}", width = self.width));
        let sign = self.paint.on(if sign == "|" { FRAME } else { style }, sign);
        if line.is_empty() {
            return writeln!(out, "{number} {sign}");
        }
        let line = Plain(line).to_string();
        writeln!(out, "{number} {sign} {}", self.paint.on(style, &line))
    }
}

/// The beginning of the line below a spot's.
fn below<'t>(text: &'t str, spot: &Spot) -> &'t str {
    let rest = text.get(spot.span.end as usize..).unwrap_or_default();
    let next = rest.split_once('\n').map_or("", |(_, next)| next);
    let end = next.char_indices().take(200).find(|(_, c)| *c == '\n').map_or(200, |(at, _)| at);
    next.get(..end.min(next.len())).unwrap_or_default()
}

fn digits(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |it| it as usize + 1)
}
