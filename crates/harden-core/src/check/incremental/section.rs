//! A section of a file, and what it came to.

use std::collections::BTreeSet;

use harden_yaml::Span;

use crate::check::checker::Kept;
use crate::check::draft::Draft;
use crate::finding::{Finding, Spot};

/// A section of a file, and what it came to.
#[derive(Debug)]
pub(super) struct Section {
    region: Region,
    text: String,
    draft: Draft,
}

/// Where a section is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    pub(super) file: usize,
    pub(super) span: Span,
    /// The place of its first document in the file.
    pub(super) document: u32,
    /// The line that it begins in.
    pub(super) line: u32,
    /// Whether the file ends with it, which changes what some findings point at.
    pub(super) is_last: bool,
}

impl Region {
    /// The same for [`super::Checker::conclude`].
    pub(super) fn kept(&self) -> Kept {
        (self.file, self.span, self.document)
    }
}

impl Section {
    pub(super) fn new(region: Region, text: &str, draft: Draft) -> Self {
        Self { region, text: text.to_owned(), draft }
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Whether it would come to the same at this region, which holds this text.
    pub(super) fn is_at(&self, region: &Region, text: &str) -> bool {
        (self.region.file, self.region.is_last) == (region.file, region.is_last)
            && self.text == text
    }

    /// Whether it holds pods of any of these namespaces.
    pub(super) fn has_pods_in(&self, namespaces: &BTreeSet<String>) -> bool {
        !namespaces.is_empty()
            && self.draft.pods.iter().any(|it| namespaces.contains(&it.object.namespace))
    }

    /// Whether it holds objects that a CustomResourceDefinition may describe.
    pub(super) fn has_custom_objects(&self) -> bool {
        self.draft.has_custom_objects
    }

    /// Moves to another region, without a change of its text.
    pub(super) fn move_to(&mut self, region: Region) {
        let bytes = region.span.start.wrapping_sub(self.region.span.start);
        let lines = region.line.wrapping_sub(self.region.line);
        let documents = region.document.wrapping_sub(self.region.document);
        self.region = region;
        if (bytes, lines, documents) == (0, 0, 0) {
            return;
        }
        let move_spot = |spot: &mut Spot| {
            let Spot { span, start, end, .. } = spot;
            for offset in [&mut span.start, &mut span.end] {
                *offset = offset.wrapping_add(bytes);
            }
            for line in [&mut start.line, &mut end.line] {
                *line = line.wrapping_add(lines);
            }
        };
        let move_finding = |finding: &mut Finding| {
            finding.document = finding.document.wrapping_add(documents);
            finding.spots.iter_mut().for_each(move_spot);
        };
        self.draft.findings.iter_mut().for_each(move_finding);
        let owned = self.draft.owned.iter_mut();
        owned.for_each(|it| it.document = it.document.wrapping_add(documents));
        self.draft.held.iter_mut().for_each(|it| move_finding(&mut it.finding));
        for ignore in &mut self.draft.ignores {
            ignore.line = ignore.line.map(|it| it.wrapping_add(lines));
            ignore.document = ignore.document.wrapping_add(documents);
        }
        let choices = self.draft.choices.iter_mut();
        choices.for_each(|it| it.document = it.document.wrapping_add(documents));
    }
}
