//! What a check came to, in every format that people and programs read.

mod against;
mod changes;
mod csv;
pub(crate) mod escape;
mod excerpt;
mod fingerprints;
mod format;
mod github;
mod gitlab;
mod groups;
mod html;
mod json;
mod junit;
mod markdown;
mod news;
mod order;
mod pieces;
mod policy_report;
mod sarif;
mod secrets;
mod summary;
mod text;
mod view;
mod wide;

pub use against::{Against, Earlier, doubts};
pub use format::Format;
pub use json::JSON_SCHEMA;
pub use news::News;
pub use order::{Order, keep_worst};
pub use policy_report::ReportApi;
pub use summary::Summary;
pub use view::View;

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use crate::check::{Coverage, Incomplete, Outcome, Record, Settings};
use crate::finding::{About, Finding, Spot};
use crate::kubernetes::{Level, MinorVersion};

/// What a check came to.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The version of the program that checked.
    pub version: &'a str,
    /// When it checked, as RFC 3339 in UTC: `2026-11-23T08:15:00Z`. The core has no clock.
    pub now: Option<&'a str>,
    /// What was read, in the order that [`Finding::source`] counts.
    pub sources: &'a [ReportSource<'a>],
    /// What was found, by source and position; those that were ignored included.
    pub findings: &'a [Finding],
    /// The Pod Security level that pods were held to where no Namespace says otherwise.
    pub level: Level,
    /// The Kubernetes version that the objects are meant for.
    pub kubernetes_version: MinorVersion,
    /// What was looked for, whether or not it was found.
    pub rules: &'a [Arc<About>],
    /// What was read, and what was not.
    pub coverage: &'a Coverage,
    /// What could not be read or checked. A report with any of these is no proof of absence.
    pub incomplete: &'a [Incomplete],
    /// What of it is shown, and how much is said beside it.
    pub view: View<'a>,
}

/// A source, as far as reports show it.
#[derive(Debug, Clone, Copy)]
pub struct ReportSource<'a> {
    /// The path of the file with `/` between its parts, or what else it is called.
    pub name: &'a str,
    /// Its text; without it, findings are shown without the lines that they are about.
    pub text: Option<&'a str>,
    /// Whether an object was found in it.
    pub is_checked: bool,
}

impl<'a> ReportSource<'a> {
    /// Those of a check of a cluster, whose findings are shown without lines: nobody wrote them.
    pub fn of_cluster(outcome: &'a Outcome<'_>) -> Vec<Self> {
        Self::all(outcome).into_iter().map(|it| Self { text: None, ..it }).collect()
    }

    /// Those of a check.
    pub fn all(outcome: &'a Outcome<'_>) -> Vec<Self> {
        let sources = outcome.sources.iter();
        let source = |it: &'a Record<'_>| {
            let (name, text) = (&*it.name, it.text.as_deref());
            Self { name, text, is_checked: it.objects > 0 }
        };
        sources.map(source).collect()
    }
}

/// The formats, in the order of `--help`; each is a file of its own.
pub static FORMATS: &[Format] = &[
    text::FORMAT,
    wide::FORMAT,
    json::FORMAT,
    json::yaml::FORMAT,
    sarif::FORMAT,
    junit::FORMAT,
    markdown::FORMAT,
    html::FORMAT,
    csv::FORMAT,
    github::FORMAT,
    gitlab::FORMAT,
    policy_report::POLICY,
    policy_report::OPEN,
];

/// Writes a report. Colour, by ANSI escapes, is for the formats that terminals show.
pub fn write(
    report: &Report<'_>,
    format: Format,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    if let Some(against) = report.view.against
        && format.unchanged.is_hidden(report.view.is_verbose)
    {
        let is_shown = |it: &&Finding| !it.is_unchanged();
        let new: Vec<_> = report.findings.iter().filter(is_shown).cloned().collect();
        let against = Some(Against { is_of_new: true, ..against });
        let view = View { against, ..report.view };
        (format.write)(&Report { findings: &new, view, ..*report }, colour, &mut out)?;
    } else {
        (format.write)(report, colour, &mut out)?;
    }
    out.flush()
}

impl<'a> Report<'a> {
    /// The report on a check, by nobody and at no time; `sources` are those of the check.
    pub fn of(
        outcome: &'a Outcome<'_>,
        settings: &Settings,
        sources: &'a [ReportSource<'a>],
    ) -> Self {
        Self {
            version: "",
            now: None,
            sources,
            findings: &outcome.findings,
            level: settings.level,
            kubernetes_version: settings.version,
            rules: &outcome.abouts,
            coverage: &outcome.coverage,
            incomplete: &outcome.incomplete,
            view: View::default(),
        }
    }

    /// How much was left out of the report, as a sentence; `None` where nothing was.
    fn omission(&self) -> Option<String> {
        self.all().and_then(|it| it.omission())
    }

    /// The findings that count.
    fn counted(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().filter(|it| it.ignored.is_none())
    }

    /// The source of a finding.
    fn source(&self, finding: &Finding) -> ReportSource<'a> {
        self.sources.get(finding.source).copied().unwrap_or(ReportSource {
            name: "(unknown)",
            text: None,
            is_checked: false,
        })
    }
}

/// `k8s/web.yaml:12:9`, or the name alone for a finding without a place.
fn location(source: ReportSource<'_>, spot: Option<&Spot>) -> String {
    match spot {
        Some(spot) => format!("{}:{}:{}", source.name, spot.start.line, spot.start.column),
        None => source.name.to_owned(),
    }
}
