//! Texts that Helm rendered, which the next rendering makes anew.

use std::collections::BTreeSet;

use harden_yaml::{Document, documents};

use super::Advice;
use crate::check::Outcome;
use crate::fix::FixedText;

/// What to say of texts that are changed although Helm makes them.
pub(super) fn advice(outcome: &Outcome<'_>, fixed: &[FixedText]) -> Vec<Advice> {
    let fixed = fixed.iter().filter(|it| !it.splices.is_empty());
    let advice = fixed.filter_map(|fixed| {
        let record = outcome.sources.get(fixed.source)?;
        let text = record.text.as_deref()?;
        if !text.contains(MARK) {
            return None;
        }
        let mut templates = BTreeSet::new();
        let mut first = None;
        for document in documents(text) {
            let span = document.span();
            let is_changed = fixed
                .splices
                .iter()
                .any(|it| it.span.start >= span.start && it.span.start < span.end.max(span.start + 1));
            if let (true, Some((template, at))) = (is_changed, source(&document)) {
                templates.insert(template);
                first = first.or(Some(at));
            }
        }
        let line = text.get(..first?)?.bytes().filter(|it| *it == b'\n').count() + 1;
        let templates: Vec<_> = templates.into_iter().collect();
        Some(Advice {
            file: record.name.to_string(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            message: format!(
                "Helm rendered this, and the next rendering undoes what is mended: change {} or the values of the chart, or lay --patch kustomize over each rendering",
                templates.join(", ")
            ),
            write: String::new(),
        })
    });
    advice.collect()
}

/// How Helm says of a document what it was rendered from.
const MARK: &str = "# Source: ";

/// The template that a document was rendered from, and where that is said.
fn source<'t>(document: &Document<'t>) -> Option<(&'t str, usize)> {
    let span = document.span();
    let mut at = span.start as usize;
    for line in span.text(document.text()).split_inclusive('\n') {
        let text = line.trim();
        if let Some(template) = text.strip_prefix(MARK).filter(|it| it.contains("/templates/")) {
            return Some((template, at));
        }
        if !(text.is_empty() || text.starts_with('#') || text.starts_with("---")) {
            return None;
        }
        at += line.len();
    }
    None
}
