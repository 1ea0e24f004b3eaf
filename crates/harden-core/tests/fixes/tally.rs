//! What became of many fixes, added up.

use std::collections::BTreeMap;

use harden_core::fix::Counts;

use crate::promise::{Named, Told, text_refusal};
use crate::values;

/// What became of many fixes, and what of them breaks a promise.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) splices: usize,
    pub(crate) made: usize,
    pub(crate) partly: usize,
    pub(crate) refused: usize,
    pub(crate) by_hand: usize,
    pub(crate) left: usize,
    /// Documents whose values were compared with a model.
    pub(crate) compared: usize,
    /// Fixes that were not made because of how the text is written, by the reason, with one of each.
    pub(crate) by_text: BTreeMap<String, (usize, String)>,
    /// Findings that were mended once others did not hide them any more.
    pub(crate) hidden: usize,
    /// Findings that are new of objects that no server would have taken before.
    pub(crate) revealed: usize,
    pub(crate) wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, texts: &[Named], told: Told<'_>) {
        let counts = Counts::of(told.fixed);
        self.files += told.fixed.iter().filter(|it| !it.splices.is_empty()).count();
        self.splices += told.fixed.iter().map(|it| it.splices.len()).sum::<usize>();
        self.made += counts.made();
        self.partly += counts.partly;
        self.refused += counts.refused;
        self.by_hand += counts.by_hand;
        self.left += counts.left;
        self.hidden += told.fixed.iter().map(|it| it.hidden.len()).sum::<usize>();
        self.revealed += told.revealed;
        for (fixed, proposal) in
            told.fixed.iter().flat_map(|it| it.proposals.iter().map(move |proposal| (it, proposal)))
        {
            if let Some(why) = text_refusal(&proposal.fate) {
                let id = &told.before.findings[proposal.finding].about.id;
                let example = format!("{} {id}", texts[fixed.source].0);
                self.by_text.entry(why).or_insert((0, example)).0 += 1;
            }
        }
        let (compared, differ) = values::compare(texts, &told);
        self.compared += compared;
        self.wrong.extend(told.broken);
        self.wrong.extend(told.wrong);
        self.wrong.extend(differ);
    }

    /// All that have a fix and were asked for.
    pub(crate) fn fixable(&self) -> usize {
        self.made + self.partly + self.refused
    }

    /// Those of them that the text kept from being made, at one spot or at all.
    pub(crate) fn kept_by_text(&self) -> usize {
        self.by_text.values().map(|it| it.0).sum()
    }
}
