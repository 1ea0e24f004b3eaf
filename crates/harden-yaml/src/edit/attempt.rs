//! Making changes all at once, and finding those at fault where that cannot be proved right.

use super::draft::{Drafts, Written};
use super::plan::{Plan, plan};
use super::proof::is_proved;
use super::source::Source;
use super::target::Finder;
use super::{Change, Edited, Refusal, splice_part};
use crate::Document;

/// So many times is a document edited and read again at most, so that work stays in proportion.
const MOST_ATTEMPTS: usize = 64;

/// Changes of a document, and what is known of them.
struct Attempts<'s, 'd> {
    source: &'s Source<'d>,
    finder: Finder<'s, 'd>,
    changes: &'s [Change],
    refusals: Vec<Option<Refusal>>,
    left: usize,
}

/// What was proved.
struct Proved {
    written: Written,
    text: String,
}

/// Makes those changes that can be made.
pub(super) fn edit(document: &Document<'_>, changes: &[Change]) -> Edited {
    let source = Source::of(document);
    let finder = Finder::new(&source);
    let refusals = vec![finder.refusal(); changes.len()];
    let mut attempts = Attempts { source: &source, finder, changes, refusals, left: MOST_ATTEMPTS };
    let proved = attempts.run();
    if proved.is_none() {
        attempts.open().into_iter().for_each(|it| attempts.refuse(it));
    }
    let text = document.span().text(document.text());
    let Proved { written: (splices, owners), text } = proved
        .unwrap_or_else(|| Proved { written: (Vec::new(), Vec::new()), text: text.to_owned() });
    let mut fates: Vec<Result<Vec<usize>, Refusal>> =
        attempts.refusals.into_iter().map(|it| it.map_or_else(|| Ok(Vec::new()), Err)).collect();
    for (number, owner) in owners.iter().enumerate() {
        for change in owner {
            if let Some(Ok(fate)) = fates.get_mut(*change) {
                fate.push(number);
            }
        }
    }
    Edited { splices, fates, text }
}

impl Attempts<'_, '_> {
    fn run(&mut self) -> Option<Proved> {
        // What cannot be written is refused for its own reason, and the rest planned anew without it.
        let (plan, drafts) = loop {
            let open = self.open().len();
            let plan = plan(self.source, &self.finder, self.changes, &mut self.refusals);
            let drafts = Drafts::of(self.source, &plan);
            if drafts.refused.is_empty() && self.open().len() == open {
                break (plan, drafts);
            }
            self.left = self.left.checked_sub(1)?;
            for (change, refusal) in drafts.refused {
                if let Some(slot) = self.refusals.get_mut(change) {
                    slot.get_or_insert(refusal);
                }
            }
        };
        self.left = self.left.checked_sub(1)?;
        self.prove(&plan, drafts).or_else(|| self.search(self.open()))
    }

    /// The changes that are not refused.
    fn open(&self) -> Vec<usize> {
        let numbered = self.refusals.iter().enumerate();
        numbered.filter(|(_, it)| it.is_none()).map(|(number, _)| number).collect()
    }

    /// Makes just these changes.
    fn attempt(&mut self, some: &[usize]) -> Option<Proved> {
        self.left = self.left.checked_sub(1)?;
        let mut refusals = vec![Some(Refusal::Unproved); self.changes.len()];
        for change in some {
            *refusals.get_mut(*change)? = None;
        }
        let plan = plan(self.source, &self.finder, self.changes, &mut refusals);
        let drafts = Drafts::of(self.source, &plan);
        let is_refused = |change: &usize| refusals.get(*change).is_none_or(Option::is_some);
        if !drafts.refused.is_empty() || some.iter().any(is_refused) {
            return None;
        }
        self.prove(&plan, drafts)
    }

    /// The text that a plan comes to, if it says what it should.
    fn prove(&self, plan: &Plan, drafts: Drafts) -> Option<Proved> {
        let written = drafts.into_splices()?;
        let document = self.source.document;
        let text = splice_part(self.source.text, document.span().range(), &written.0);
        is_proved(document, &text, plan).then_some(Proved { written, text })
    }

    /// Adds changes by halves to those that are proved to go together, down to the ones at fault.
    fn search(&mut self, all: Vec<usize>) -> Option<Proved> {
        let mut best = None;
        let mut good: Vec<usize> = Vec::new();
        let mut open = vec![all];
        while let Some(some) = open.pop() {
            let mut together = good.clone();
            together.extend(&some);
            together.sort_unstable();
            if let Some(proved) = self.attempt(&together) {
                (best, good) = (Some(proved), together);
            } else if some.len() < 2 || self.left == 0 {
                some.iter().for_each(|it| self.refuse(*it));
            } else {
                let (first, second) = some.split_at(some.len() / 2);
                open.push(second.to_vec());
                open.push(first.to_vec());
            }
        }
        best
    }

    fn refuse(&mut self, change: usize) {
        if let Some(slot) = self.refusals.get_mut(change) {
            slot.get_or_insert(Refusal::Unproved);
        }
    }
}
