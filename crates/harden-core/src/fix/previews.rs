//! What would mend findings, each alone, for those who show them one by one.

use std::ops::Range;

use harden_yaml::{Change, Document, Span, Splice};

use super::diff::{Hunk, hunks};
use crate::finding::Finding;

/// Documents of more bytes are not read again only to show what would mend a finding in them.
const MOST: usize = 1 << 17;

/// Edits of findings, each as if it were the only one. Documents are read when the first finding in them is asked
/// for, and one is kept.
#[derive(Debug, Default)]
pub struct Previews<'t> {
    /// The sections of the text of this source.
    sections: Option<(usize, Vec<Span>)>,
    /// A document of a source.
    last: Option<(usize, u32, Document<'t>)>,
}

impl<'t> Previews<'t> {
    /// What mends findings about one object together, in the text of their source; nothing where no fix can be made.
    pub fn splices(&mut self, text: &'t str, findings: &[&Finding]) -> Vec<Splice> {
        let edits = findings.iter().flat_map(|finding| {
            let spots = finding.spots.iter();
            spots.map(|it| Change { edits: finding.edits_at(it) })
        });
        let changes: Vec<_> = edits.filter(|it| !it.edits.is_empty()).collect();
        let first = findings.first().filter(|_| !changes.is_empty());
        let document = first.and_then(|it| self.document(text, it));
        document.map_or_else(Vec::new, |it| harden_yaml::edit(it, &changes).splices)
    }

    /// The same as lines that change, with one line around that stays. Lines are counted in the whole text.
    /// `secret` tells the bytes in a part of the text that may be secret, in order and without overlap.
    pub fn hunks(
        &mut self,
        text: &'t str,
        findings: &[&Finding],
        secret: impl FnOnce(&Range<usize>) -> Vec<Span>,
    ) -> Vec<Hunk> {
        let splices = self.splices(text, findings);
        let (Some((_, _, document)), Some(spot)) =
            (&self.last, findings.first().and_then(|it| it.spots.first()))
        else {
            return Vec::new();
        };
        if splices.is_empty() {
            return Vec::new();
        }
        let part = document.span();
        let within = |it: Span| {
            let place = |at: u32| at.clamp(part.start, part.end) - part.start;
            Span { start: place(it.start), end: place(it.end) }
        };
        let moved = splices.into_iter().map(|it| Splice { span: within(it.span), with: it.with });
        let secret = secret(&part.range()).into_iter().map(within).filter(|it| !it.is_empty());
        let lines = part.text(text);
        let before = lines.get(..within(spot.span).start as usize).unwrap_or_default();
        let feeds = before.bytes().filter(|it| *it == b'\n').count();
        let above = (spot.start.line as usize).saturating_sub(feeds + 1);
        let mut hunks = hunks(lines, &moved.collect::<Vec<_>>(), &secret.collect::<Vec<_>>(), 1);
        for hunk in &mut hunks {
            hunk.before = hunk.before.start + above..hunk.before.end + above;
            hunk.after = hunk.after.start + above..hunk.after.end + above;
        }
        hunks
    }

    /// The document of a finding.
    fn document(&mut self, text: &'t str, finding: &Finding) -> Option<&Document<'t>> {
        let place = (finding.source, finding.document);
        if self.last.as_ref().is_none_or(|it| (it.0, it.1) != place) {
            let start = finding.spots.first()?.span.start;
            if self.sections.as_ref().is_none_or(|it| it.0 != finding.source) {
                self.sections = Some((finding.source, harden_yaml::sections(text)));
            }
            let (_, sections) = self.sections.as_ref()?;
            let index = sections.partition_point(|it| it.end <= start);
            let section = *sections.get(index).or(sections.last())?;
            if section.range().len() > MOST {
                return None;
            }
            let mut documents = harden_yaml::documents_in(text, section);
            let document = documents.find(|it| start <= it.span().end && !it.is_empty())?;
            self.last = Some((place.0, place.1, document));
        }
        self.last.as_ref().map(|it| &it.2)
    }
}
