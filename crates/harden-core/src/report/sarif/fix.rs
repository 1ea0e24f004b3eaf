//! What would mend a result, as replaced regions.

use harden_yaml::{Lines, Splice};
use serde::Serialize;

use super::log::{ArtifactLocation, Message, Region};
use crate::finding::{Finding, Safety};
use crate::report::Report;
use crate::report::changes::Fixes;
use crate::report::secrets::Secrets;

/// One way to mend a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix<'a> {
    description: Message<String>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: &'a ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message<String>,
}

/// The fixes of a report's findings, in their order.
pub(super) struct Described<'a, 'r> {
    report: &'a Report<'a>,
    fixes: Fixes<'a, 'r>,
    /// The lines of the text of this source.
    lines: Option<(usize, Lines<'a>)>,
}

impl<'a, 'r> Described<'a, 'r> {
    pub(super) fn of(report: &'a Report<'a>, secrets: &'r Secrets) -> Self
    where
        'a: 'r,
    {
        Self { report, fixes: Fixes::of(report, secrets), lines: None }
    }

    /// How a finding would be mended; empty where nothing mechanical does, or nobody is told.
    pub(super) fn each(
        &mut self,
        finding: &Finding,
        artifact: &'a ArtifactLocation,
    ) -> Vec<Fix<'a>> {
        let splices = self.fixes.splices(finding);
        let text = self.report.source(finding).text.filter(|_| !splices.is_empty());
        let Some(text) = text else { return Vec::new() };
        let lines = match self.lines.take() {
            Some((source, lines)) if source == finding.source => lines,
            _ => Lines::new(text),
        };
        let replacements = splices.into_iter().map(|it| replacement(it, &lines)).collect();
        self.lines = Some((finding.source, lines));
        let about = &finding.about;
        let text = match finding.safety() {
            Safety::Safe => about.remedy.to_string(),
            Safety::NeedsThought(why) => format!("{}. Needs thought: {why}", about.remedy),
        };
        let change = ArtifactChange { artifact_location: artifact, replacements };
        vec![Fix { description: Message { text }, artifact_changes: [change] }]
    }
}

fn replacement(splice: Splice, lines: &Lines<'_>) -> Replacement {
    let (start, end) = (lines.position(splice.span.start), lines.position(splice.span.end));
    Replacement {
        deleted_region: Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        },
        inserted_content: Message { text: splice.with },
    }
}
