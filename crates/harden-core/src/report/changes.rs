//! The lines that mend findings, as far as a report shows them.

use harden_yaml::Splice;

use super::Report;
use super::groups::Group;
use super::secrets::Secrets;
use crate::finding::Finding;
use crate::fix::{Hunk, Previews};

/// How many places of what is shown together are shown changed.
const PLACES: usize = 3;

/// The longest line that is shown, in bytes.
const LONGEST: usize = 400;

/// Of longer reports, programs read the fixes from `fix`: to prove each would double the time of a check.
const MOST: usize = 5_000;

/// Whether the fixes of all findings of a report are told to programs.
pub(super) fn are_told(report: &Report<'_>) -> bool {
    report.findings.len() <= MOST
}

/// What may be secret, as far as somebody is told fixes.
pub(super) fn told_secrets(report: &Report<'_>) -> Secrets {
    if are_told(report) { Secrets::of(report) } else { Secrets::default() }
}

/// The edits that would mend findings, for programs.
pub(super) struct Fixes<'a, 'r> {
    report: &'r Report<'a>,
    secrets: &'r Secrets,
    previews: Previews<'a>,
}

impl<'a, 'r> Fixes<'a, 'r> {
    pub(super) fn of(report: &'r Report<'a>, secrets: &'r Secrets) -> Self {
        Self { report, secrets, previews: Previews::default() }
    }

    /// What would be replaced in the source's text; nothing where nobody is told, and where something secret would
    /// be repeated.
    pub(super) fn splices(&mut self, finding: &Finding) -> Vec<Splice> {
        let text = self.report.source(finding).text.filter(|_| are_told(self.report));
        let Some(text) = text.filter(|_| finding.ignored.is_none()) else { return Vec::new() };
        let splices = self.previews.splices(text, &[finding]);
        if splices.is_empty() {
            return splices;
        }
        let secrets = self.secrets.within(finding.source, &(0..text.len()));
        let words: Vec<_> = secrets.iter().map(|it| it.text(text).trim()).collect();
        let repeats =
            |it: &Splice| words.iter().any(|word| !word.is_empty() && it.with.contains(word));
        if splices.iter().any(repeats) { Vec::new() } else { splices }
    }
}

/// What mends findings that are shown together, in the text of their source; nothing where that takes a decision,
/// and where lines are longer than anybody reads.
pub(super) fn changes<'a>(
    text: Option<&'a str>,
    findings: Group<'_, 'a>,
    previews: &mut Previews<'a>,
    secrets: &Secrets,
) -> Vec<Hunk> {
    let (Some(text), Some(first)) = (text, findings.first()) else { return Vec::new() };
    let secret = |range: &_| secrets.all_within(first.source, text, range);
    let mut hunks = previews.hunks(text, findings, secret);
    if hunks.iter().flat_map(|it| &it.lines).any(|it| it.text.len() > LONGEST) {
        return Vec::new();
    }
    hunks.truncate(PLACES);
    hunks
}
