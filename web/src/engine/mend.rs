//! The YAML that would mend a finding, at the right indentation.

use harden_core::finding::Spot;
use harden_core::report::{Suggestion, from_the_top};
use harden_yaml::{Action, Lines, Span};

use super::{Engine, key};
use crate::protocol::engine::{Edit, FindingKey, Mend};
use crate::units::UnitIndex;

impl Engine {
    /// What would mend a finding of the last check; nothing for one that is not there.
    pub(super) fn mend(&self, key: &FindingKey) -> Vec<Mend> {
        let Some(finding) = key::find(&self.last.findings, key) else { return Vec::new() };
        let file = self.last.files.get(finding.source);
        let text = file.map_or("", |it| self.texts.of(*it));
        let (lines, units) = (Lines::new(text), UnitIndex::new(text));
        let mend = |spot| mend_spot(text, finding.source, &lines, &units, spot);
        finding.spots.iter().map(mend).collect()
    }
}

fn mend_spot(
    text: &str,
    file: usize,
    lines: &Lines<'_>,
    units: &UnitIndex<'_>,
    spot: &Spot,
) -> Mend {
    let line = lines.line_span(spot.start.line);
    let mut mend = Mend {
        path: spot.path.to_string(),
        label: spot.label.to_string(),
        line: spot.start.line,
        before: line.text(text).to_owned(),
        lines: Vec::new(),
        replaces: false,
        edit: None,
    };
    let change = |span: Span, insert| {
        Some(Edit { file, bytes: (span.start, span.end), at: units.units(span), insert })
    };
    match (Suggestion::at(text, lines, spot), spot.remedy.as_ref().map(|it| &it.action)) {
        (Some(Suggestion::Replace(replaced)), _) => {
            mend.edit = change(line, replaced.clone());
            mend.lines = vec![replaced];
            mend.replaces = true;
        }
        (Some(Suggestion::Add(added)), _) => {
            let end = Span { start: line.end, end: line.end };
            mend.edit = change(end, format!("\n{}", added.join("\n")));
            mend.lines = added;
        }
        (None, Some(Action::Set(value))) => mend.lines = from_the_top(&spot.path, value),
        (None, _) => {}
    }
    mend
}
