//! What a report says of the earlier check that it is compared with.

use std::io::{self, Write};

use super::escape::Plain;
use super::summary::count;
use super::text::{Paint, severity_style};
use super::{Report, Summary};
use crate::comparison::{Absent, Comparison, Fate};

/// How many findings that are there no more are named in texts.
const NAMED: usize = 20;

/// How many of the things that could not be read then are named.
const UNREAD: usize = 3;

/// What a report says of the earlier check that it is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// What the earlier check was of.
    pub what: Earlier<'a>,
    /// What came of it.
    pub comparison: &'a Comparison,
    /// The numbers of all new findings, where some are left out of the report.
    pub all_new: Option<&'a Summary>,
    /// Whether the report leaves out what is unchanged.
    pub(super) is_of_new: bool,
}

/// What an earlier check was of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier<'a> {
    /// A revision of a git repository, by its name and its commit.
    Revision(&'a str, &'a str),
    /// A file or a folder.
    Path(&'a str),
    /// The report of the check.
    Report(&'a str),
}

impl<'a> Earlier<'a> {
    /// What it is, for programs.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Revision(..) => "revision",
            Self::Path(_) => "path",
            Self::Report(_) => "report",
        }
    }

    /// What it is called.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Revision(name, _) | Self::Path(name) | Self::Report(name) => name,
        }
    }

    /// The whole name of the commit, if it is one.
    pub(super) fn commit(self) -> Option<&'a str> {
        match self {
            Self::Revision(_, commit) => Some(commit),
            Self::Path(_) | Self::Report(_) => None,
        }
    }
}

impl<'a> Against<'a> {
    /// A comparison with an earlier check.
    pub fn new(what: Earlier<'a>, comparison: &'a Comparison) -> Self {
        Self { what, comparison, all_new: None, is_of_new: false }
    }

    /// With the numbers of all new findings, where some are left out of the report.
    #[must_use]
    pub fn with_all_new(self, all_new: Option<&'a Summary>) -> Self {
        Self { all_new, ..self }
    }

    /// What changed, and how far that can be told: one line each.
    pub(super) fn lines(self) -> Vec<String> {
        let it = self.comparison;
        let of = |fate| match it.count(fate) {
            0 => String::new(),
            number => format!(", {number} {}", fate.words()),
        };
        let name = match self.what.commit().and_then(|it| it.get(..12)) {
            // Who names a commit by its hash needs no other.
            Some(commit) if !self.what.name().starts_with(commit) => {
                format!("{} ({commit})", self.what.name())
            }
            _ => self.what.name().to_owned(),
        };
        let mut lines = vec![format!(
            "against {name}: {} new, {} gone, {} unchanged{}{}",
            it.new,
            it.count(Fate::Gone),
            it.unchanged,
            of(Fate::Ignored),
            of(Fate::NotJudged),
        )];
        let was = |number: usize| if number == 1 { "was" } else { "were" };
        if it.grown > 0 {
            lines.push(format!(
                "{} of the new {} there before, at fewer places",
                it.grown,
                was(it.grown)
            ));
        }
        if it.was_ignored > 0 {
            lines.push(format!(
                "{} of the new {} there before, and ignored",
                it.was_ignored,
                was(it.was_ignored)
            ));
        }
        lines.extend(doubts(it));
        lines
    }
}

/// What cannot be told of what is new, and why: one line each.
pub fn doubts(it: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    if !it.not_run.is_empty() {
        let rules: Vec<_> = it.not_run.iter().map(AsRef::as_ref).collect();
        lines.push(format!(
            "all that these rules find counts as new, as they did not run then: {}",
            rules.join(", ")
        ));
    }
    if !it.incomplete.is_empty() {
        let named = it.incomplete.iter().take(UNREAD);
        let named: Vec<_> = named.map(|it| format!("{}: {}", it.what, it.why)).collect();
        let more = match it.incomplete.len().saturating_sub(UNREAD) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        lines.push(format!("what was not read then may seem new: {}{more}", named.join("; ")));
    }
    lines
}

impl Absent {
    /// `Deployment shop/web: ` before the message, where there is an object.
    fn subject(&self) -> String {
        self.known.object.as_ref().map_or_else(String::new, |it| format!(" {it}"))
    }
}

/// The findings that are there no more, a line each.
pub(super) fn write_absent(
    report: &Report<'_>,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(against) = report.view.against.filter(|_| !report.view.is_quiet) else {
        return Ok(());
    };
    let absent = &against.comparison.absent;
    let most = if report.view.is_verbose { absent.len() } else { NAMED };
    for it in absent.iter().take(most) {
        let known = &it.known;
        let rule = format!("{}[{}]", known.severity.name(), Plain(&known.rule));
        let (place, subject) = (known.location(), it.subject());
        writeln!(
            out,
            "{} {} {}{}: {}",
            it.fate.words(),
            paint.on(severity_style(known.severity), &rule),
            Plain(&place),
            Plain(&subject),
            Plain(&known.message)
        )?;
    }
    match absent.len().saturating_sub(most) {
        0 => {}
        more => {
            writeln!(
                out,
                "{} that {} found before: -v names all",
                count(more, "more finding"),
                if more == 1 { "was" } else { "were" }
            )?;
        }
    }
    if absent.is_empty() { Ok(()) } else { writeln!(out) }
}
