//! Texts that are checked again and again while somebody edits them: only what changed is judged anew.

use std::cell::OnceCell;

use harden_yaml::{Lines, Span};

use super::{Checker, Coverage, Draft, Remains, SourceText};
use crate::configuration;
use crate::finding::{Finding, Spot};
use crate::ignore::Ignore;

/// What was judged before, document by document. One checker must not continue the memory of another
/// with other settings.
#[derive(Debug, Default)]
pub struct Incremental {
    sections: Vec<Section>,
}

/// What files come to, as if each had been judged as a whole.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, in their order.
    pub findings: Vec<Finding>,
    /// The decisions not to count findings.
    pub ignores: Vec<Ignore>,
    /// What was read.
    pub coverage: Coverage,
}

#[derive(Debug)]
struct Section {
    place: Region,
    text: String,
    judged: Draft,
}

/// A part of a file.
#[derive(Debug, Clone, Copy)]
struct Region {
    file: usize,
    span: Span,
    /// The document of the file that it is; the first where it is all of the file.
    document: u32,
    /// The line that it begins in.
    line: u32,
    /// Whether the file ends with it, which changes what some findings point at.
    is_last: bool,
}

impl AsRef<Remains> for Section {
    fn as_ref(&self) -> &Remains {
        &self.judged.remains
    }
}

impl Incremental {
    /// Judges these files, which are counted from 0.
    pub fn judge(&mut self, checker: &Checker, files: &[&str]) -> Outcome {
        let lines: Vec<_> = files.iter().map(|text| OnceCell::from(Lines::new(text))).collect();
        let mut places = Vec::new();
        let mut sources = Vec::new();
        for (file, (text, lines)) in files.iter().zip(&lines).enumerate() {
            for (document, span) in (0..).zip(sections(text)) {
                let line = lines.get().map_or(1, |it| it.position(span.start).line);
                let is_last = span.end as usize >= text.len();
                sources.push(SourceText::part(places.len(), (file, text), (span, document), lines));
                places.push(Region { file, span, document, line, is_last });
            }
        }
        let text_at = |place: &Region| files.get(place.file).map_or("", |it| place.span.text(it));
        let is_same = |(part, place): &(&Section, &Region)| {
            (part.place.file, part.place.is_last) == (place.file, place.is_last)
                && part.text == text_at(place)
        };
        let before = self.sections.iter().zip(&places).take_while(is_same).count();
        let rest = self.sections.len().min(places.len()) - before;
        let back = self.sections.iter().rev().zip(places.iter().rev());
        let after = back.take(rest).take_while(is_same).count();

        let mut session = checker.session();
        let end = places.len() - after;
        let changed = places.iter().zip(&sources).take(end).skip(before);
        let judged = changed.map(|(place, source)| Section {
            place: *place,
            text: text_at(place).to_owned(),
            judged: session.judge(source),
        });
        self.sections.splice(before..self.sections.len() - after, judged);
        let moved = self.sections.iter_mut().zip(places).enumerate().skip(end);
        moved.for_each(|(index, (part, place))| part.move_to(index, place));
        self.conclude(checker, &sources)
    }

    fn conclude(&self, checker: &Checker, sources: &[SourceText<'_>]) -> Outcome {
        let findings = checker.conclude(&self.sections, sources);
        let mut outcome = Outcome { findings, ..Outcome::default() };
        for Section { judged, .. } in &self.sections {
            outcome.findings.extend_from_slice(&judged.findings);
            outcome.ignores.extend_from_slice(&judged.ignores);
            outcome.coverage.add(&judged.coverage);
        }
        let file = |source: usize| self.sections.get(source).map_or(0, |it| it.place.file);
        outcome.findings.iter_mut().for_each(|it| it.source = file(it.source));
        outcome.ignores.iter_mut().for_each(|it| it.source = file(it.source));
        outcome.findings.sort_by(Finding::order);
        outcome
    }
}

impl Section {
    /// Moves to another place, without a change of its text.
    fn move_to(&mut self, index: usize, place: Region) {
        let bytes = place.span.start.wrapping_sub(self.place.span.start);
        let lines = place.line.wrapping_sub(self.place.line);
        let documents = place.document.wrapping_sub(self.place.document);
        self.place = place;
        let Draft { findings, ignores, remains, .. } = &mut self.judged;
        let move_spot = |spot: &mut Spot| {
            let Spot { span, start, end, .. } = spot;
            for offset in [&mut span.start, &mut span.end] {
                *offset = offset.wrapping_add(bytes);
            }
            for line in [&mut start.line, &mut end.line] {
                *line = line.wrapping_add(lines);
            }
        };
        for finding in findings {
            finding.source = index;
            finding.document = finding.document.wrapping_add(documents);
            finding.spots.iter_mut().for_each(move_spot);
        }
        for ignore in ignores {
            ignore.source = index;
            ignore.line = ignore.line.map(|it| it.wrapping_add(lines));
        }
        for workload in &mut remains.workloads {
            workload.source = index;
            workload.document = workload.document.wrapping_add(documents);
            [&mut workload.spot, &mut workload.automount_spot].into_iter().for_each(move_spot);
        }
    }
}

/// The parts of a file that can be judged on their own. What the API server says of its configuration
/// files counts the lines of the whole file.
fn sections(text: &str) -> Vec<Span> {
    if configuration::may_be_in(text) {
        return vec![Span::new(0, text.len())];
    }
    harden_yaml::sections(text)
}

#[cfg(test)]
mod tests;
