//! What reports must not repeat: who sees one need not be allowed to see the manifest.

use std::collections::BTreeMap;
use std::ops::Range;

use harden_yaml::Span;

use super::Report;
use crate::finding::{About, Finding};
use crate::secrecy;

/// Text that may be secret, by source.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    spans: BTreeMap<usize, Vec<Span>>,
}

impl Secrets {
    /// Those of a report, in the documents that its findings are about.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let mut by_source: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
        for finding in report.findings {
            by_source.entry(finding.source).or_default().push(finding);
        }
        let mut secrets = Self::default();
        for (source, findings) in by_source {
            let pointed = findings.iter().filter(|it| points_at_secrets(&it.about));
            let mut spans: Vec<_> =
                pointed.flat_map(|it| it.spots.iter().map(|spot| spot.span)).collect();
            let text = report.sources.get(source).and_then(|it| it.text);
            spans.extend(text.map(|it| in_sections(it, &findings)).unwrap_or_default());
            if !spans.is_empty() {
                secrets.spans.insert(source, secrecy::merged(spans));
            }
        }
        secrets
    }

    #[cfg(test)]
    pub(super) fn new(spans: BTreeMap<usize, Vec<Span>>) -> Self {
        Self { spans }
    }

    /// Everything in a range of a source's text that may be secret, in order and without overlap.
    pub(super) fn all_within(&self, source: usize, text: &str, range: &Range<usize>) -> Vec<Span> {
        let mut spans = self.within(source, range).to_vec();
        spans.extend(secrecy::in_lines(text, range));
        secrecy::merged(spans)
    }

    /// Those of a source that touch a range of its text.
    pub(super) fn within(&self, source: usize, range: &Range<usize>) -> &[Span] {
        let spans = self.spans.get(&source).map_or(&[][..], Vec::as_slice);
        // They do not overlap, so their ends are in order, too.
        let first = spans.partition_point(|span| (span.end as usize) < range.start);
        let last = spans.partition_point(|span| (span.start as usize) < range.end);
        spans.get(first..last).unwrap_or_default()
    }
}

/// Whether findings point at secrets themselves.
fn points_at_secrets(about: &About) -> bool {
    about.id.starts_with("secret-")
}

/// What may be secret in the parts of a text that findings are about.
fn in_sections(text: &str, findings: &[&Finding]) -> Vec<Span> {
    let mut starts: Vec<_> = findings
        .iter()
        .flat_map(|it| it.spots.iter().map(|spot| (spot.span.start, it.object.is_none())))
        .collect();
    starts.sort_unstable();
    let mut spans = Vec::new();
    for section in harden_yaml::sections(text) {
        let first = starts.partition_point(|(start, _)| *start < section.start);
        let last = starts.partition_point(|(start, _)| *start < section.end);
        // At the very end of a text a spot is in its last section.
        let last = if section.end as usize >= text.len() { starts.len() } else { last };
        let here = starts.get(first..last).unwrap_or_default();
        // What belongs to no object may be anything.
        let is_unknown = here.iter().any(|(_, is_unknown)| *is_unknown);
        if here.is_empty() || !is_unknown && !secrecy::may_hold_secrets(section.text(text)) {
            continue;
        }
        for document in harden_yaml::documents_in(text, section) {
            spans.extend(secrecy::of_document(&document).values);
        }
    }
    spans
}
