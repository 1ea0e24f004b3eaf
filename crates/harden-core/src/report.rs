//! What a check came to, in every format that people and programs read.

mod csv;
mod escape;
mod excerpt;
mod fingerprints;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
mod pieces;
mod policy_report;
mod sarif;
mod secrets;
mod suggestion;
mod summary;
mod text;
mod wide;

pub use json::JSON_SCHEMA;
pub use suggestion::{Suggestion, from_the_top};
pub use summary::Summary;

use std::io::{self, BufWriter, Write};

use std::sync::Arc;

use crate::check::Coverage;
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
}

/// A source, as far as reports show it.
#[derive(Debug, Clone, Copy)]
pub struct ReportSource<'a> {
    /// The path of the file with `/` between its parts, or what else it is called.
    pub name: &'a str,
    /// Its text; without it, findings are shown without the lines that they are about.
    pub text: Option<&'a str>,
}

/// Something that could not be read or checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incomplete {
    /// What, e.g. a file or a kind of object.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// Each finding with the lines it is about, and a summary
    #[default]
    Text,
    /// One line per finding
    Wide,
    /// The report as JSON, for programs
    Json,
    /// The same as YAML
    Yaml,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Markdown, for comments on pull requests
    Markdown,
    /// One HTML page that needs nothing else
    Html,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// Annotations of GitHub Actions
    Github,
    /// Code Quality of GitLab
    Gitlab,
    /// PolicyReports (wgpolicyk8s.io/v1alpha2), for `kubectl apply`
    #[cfg_attr(feature = "cli", value(name = "policyreport"))]
    PolicyReport,
    /// Reports (openreports.io/v1alpha1), for `kubectl apply`
    #[cfg_attr(feature = "cli", value(name = "openreports"))]
    OpenReports,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Wide,
        Self::Json,
        Self::Yaml,
        Self::Sarif,
        Self::Junit,
        Self::Markdown,
        Self::Html,
        Self::Csv,
        Self::Github,
        Self::Gitlab,
        Self::PolicyReport,
        Self::OpenReports,
    ];

    /// What the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Wide => "wide",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::PolicyReport => "policyreport",
            Self::OpenReports => "openreports",
        }
    }
}

/// Writes a report. Colour, by ANSI escapes, is for the formats that terminals show.
pub fn write(
    report: &Report<'_>,
    format: Format,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let out_ref = &mut out;
    match format {
        Format::Text => text::write(report, colour, out_ref),
        Format::Wide => wide::write(report, colour, out_ref),
        Format::Json => json::write(report, out_ref),
        Format::Yaml => json::write_yaml(report, out_ref),
        Format::Sarif => sarif::write(report, out_ref),
        Format::Junit => junit::write(report, out_ref),
        Format::Markdown => markdown::write(report, out_ref),
        Format::Html => html::write(report, out_ref),
        Format::Csv => csv::write(report, out_ref),
        Format::Github => github::write(report, out_ref),
        Format::Gitlab => gitlab::write(report, out_ref),
        Format::PolicyReport => policy_report::write(report, policy_report::Api::Policy, out_ref),
        Format::OpenReports => policy_report::write(report, policy_report::Api::Open, out_ref),
    }?;
    out.flush()
}

impl<'a> Report<'a> {
    /// The findings that count.
    fn counted(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().filter(|it| it.ignored.is_none())
    }

    /// The source of a finding.
    fn source(&self, finding: &Finding) -> ReportSource<'a> {
        self.sources
            .get(finding.source)
            .copied()
            .unwrap_or(ReportSource { name: "(unknown)", text: None })
    }
}

/// `k8s/web.yaml:12:9`, or the name alone for a finding without a place.
fn location(source: ReportSource<'_>, spot: Option<&Spot>) -> String {
    match spot {
        Some(spot) => format!("{}:{}:{}", source.name, spot.start.line, spot.start.column),
        None => source.name.to_owned(),
    }
}
