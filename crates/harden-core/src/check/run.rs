//! One check of an input: sources in, an outcome out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::ahead::Ahead;
use super::checker::{Checker, Kept};
use super::draft::{Draft, Held};
use super::judge::{Judge, MOST_NAMELESS};
use super::outcome::{Record, Unread};
use super::owners::{self, Owned};
use super::{Incomplete, Outcome};
use crate::finding::Finding;
use crate::ignore::{Choice, Ignore};
use crate::inventory::Extent;
use crate::rule::Unjudged;
use crate::source::{Cut, Source, Text};

/// Judges the sources that a [`super::Survey`] has seen. Sources count in the order in which they are judged.
#[derive(Debug)]
pub struct Run<'t> {
    checker: Checker,
    outcome: Outcome<'t>,
    /// Where the texts were cut out that were cut out, and whether rules over all objects read them.
    texts: Vec<(Option<Cut>, bool)>,
    ignores: Vec<Ignore>,
    choices: Vec<Choice>,
    held: Vec<Held>,
    owned: Vec<Owned>,
    /// What was said of owners, where they come before what they own.
    ahead: Option<Ahead>,
    /// How many items of lists that do not say what they are were judged, and how many were not, by the names of
    /// their sources.
    nameless: BTreeMap<Arc<str>, (usize, usize)>,
    /// What nobody judges, with the sources that say so.
    unjudged: Vec<(usize, Unjudged)>,
    /// Kinds that could not be read and that no rule over all objects needs.
    unread: Vec<Incomplete>,
}

impl<'t> Run<'t> {
    pub(super) fn new(checker: Checker) -> Self {
        Self {
            checker,
            outcome: Outcome::default(),
            texts: Vec::new(),
            ignores: Vec::new(),
            choices: Vec::new(),
            held: Vec::new(),
            owned: Vec::new(),
            ahead: None,
            nameless: BTreeMap::new(),
            unjudged: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Says that objects come after those that made them, as a cluster is read. What is said of an owner is then
    /// not kept of what it made, so that memory does not grow with the number of pods.
    pub fn expect_owners_first(&mut self) {
        self.ahead = Some(Ahead::default());
    }

    /// Judges some sources, on all cores. Of texts that were cut out of larger ones, only those are kept that
    /// rules over all objects read.
    pub fn judge(&mut self, sources: Vec<Source<'t>>) {
        let base = self.outcome.sources.len();
        let drafts = drafts(&self.checker, base, &sources);
        self.outcome.findings.reserve(drafts.iter().map(|it| it.findings.len()).sum());
        for (source, draft) in sources.into_iter().zip(drafts) {
            self.take_in(source, draft);
        }
    }

    /// Notes that some or all objects of a kind could not be read, and why. Rules over all objects that read the
    /// kind say nothing, and coverage names them. What speaks for others is noted in the [`super::Survey`].
    pub fn note_unread(&mut self, group: &str, kind: &str, why: String) {
        let Checker { settings, extents, .. } = &mut self.checker;
        let mut read = settings.rules.iter().flat_map(|it| it.reads);
        if let Some(kind) = read.find(|it| it.is(group, kind)) {
            extents.note(*kind, Extent::Rejected(why));
        } else {
            let group = if group.is_empty() { String::new() } else { format!(".{group}") };
            self.unread.push(Incomplete { what: format!("{kind}{group}"), why });
        }
    }

    /// Notes what could not be read.
    pub fn note(&mut self, incomplete: Incomplete) {
        self.outcome.incomplete.push(incomplete);
    }

    /// Runs the rules that look at all objects, and puts together what all rules say.
    pub fn finish(self) -> Outcome<'t> {
        let (mut findings, confirmed) = self.conclude();
        let Self {
            checker, mut outcome, ignores, choices, held, mut unjudged, owned, unread, ..
        } = self;
        for (name, (_, passed_over)) in self.nameless {
            let source = outcome.sources.iter().position(|it| it.name == name);
            let part = Unjudged::nameless(passed_over);
            unjudged.extend(source.and_then(|it| Some((it, part?))));
        }
        let confirmed = held.into_iter().zip(confirmed);
        findings.extend(
            confirmed.filter_map(|(it, message)| Some(Finding { message: message?, ..it.finding })),
        );
        outcome.findings.append(&mut findings);
        // Two sorted runs, which this sort merges.
        outcome.findings.sort_by(Finding::order);
        let Outcome { sources, findings, coverage, .. } = &mut outcome;
        let pods: Vec<_> = sources.iter().flat_map(|it| &it.pods).collect();
        owners::collapse(findings, coverage, &owned, &pods);
        outcome.complete(&checker, unjudged, unread);
        outcome.apply(&ignores, &choices, &checker);
        outcome
    }

    fn take_in(&mut self, source: Source<'t>, draft: Draft) {
        if self.is_passed_over(&source, &draft) {
            self.outcome.coverage.documents += draft.coverage.documents;
            self.outcome.coverage.foreign += draft.coverage.foreign;
            return;
        }
        let mut draft = draft;
        let Self { outcome, ahead, .. } = self;
        if let Some(ahead) = ahead {
            ahead.take(&mut draft);
            let is_told = outcome.sources.last().is_some_and(|last| last.name == source.name);
            if is_told && source.cut.is_some() && draft.says_nothing() {
                outcome.coverage.add(&draft.coverage);
                return;
            }
        }
        let index = outcome.sources.len();
        draft.move_to(index);
        let Draft {
            mut findings,
            coverage,
            ignores,
            choices,
            owned,
            pods,
            held,
            is_wanted,
            unjudged,
            ..
        } = draft;
        self.owned.extend(owned);
        let objects = coverage.objects;
        let unread = Unread::of(&coverage, draft.chart_templates);
        let Source { name, text, cut } = source;
        let is_foreign = coverage.objects == 0 && coverage.broken == 0;
        let text = (cut.is_none() || is_wanted).then_some(text);
        outcome.sources.push(Record { name, text, is_foreign, objects, unread, pods });
        outcome.coverage.add(&coverage);
        outcome.findings.append(&mut findings);
        self.held.extend(held);
        self.texts.push((cut, is_wanted));
        self.ignores.extend(ignores);
        self.choices.extend(choices);
        self.unjudged.extend(unjudged.into_iter().map(|it| (index, it)));
    }

    /// Whether nothing is to be remembered of a source but how much was read: it was cut out, holds no object, and
    /// is no other than the one before.
    fn is_passed_over(&mut self, source: &Source<'_>, draft: &Draft) -> bool {
        if source.cut.is_some() && draft.nameless > 0 && draft.coverage.objects <= draft.nameless {
            let (told, passed_over) = self.nameless.entry(Arc::clone(&source.name)).or_default();
            if *told >= MOST_NAMELESS {
                *passed_over += draft.nameless;
                return true;
            }
            *told += draft.nameless;
        }
        let is_same =
            |last: &Record<'_>| last.is_foreign && last.text.is_none() && last.name == source.name;
        source.cut.is_some() && draft.is_empty() && self.outcome.sources.last().is_some_and(is_same)
    }

    fn conclude(&self) -> (Vec<Finding>, Vec<Option<Arc<str>>>) {
        let texts = self.outcome.sources.iter().zip(&self.texts).enumerate();
        let texts: Vec<_> = texts
            .map(|(index, (record, (cut, _)))| {
                let text = record.text.as_deref().unwrap_or_default();
                Text::new(index, &record.name, text, cut.as_ref())
            })
            .collect();
        let kept = texts.iter().zip(&self.texts).filter(|(_, (_, is_wanted))| *is_wanted);
        let kept: Vec<Kept> = kept.map(|(text, _)| (text.index, Text::WHOLE, 0)).collect();
        let sources = &self.outcome.sources;
        let pod = |it: &Held| sources.get(it.finding.source)?.pods.get(it.pod);
        let held = self.held.iter().filter_map(|it| Some((it, pod(it)?)));
        let pods = sources.iter().flat_map(|it| &it.pods).collect();
        self.checker.conclude(&texts, &kept, pods, held)
    }
}

/// What each source comes to by itself; the first has the index `base`.
#[cfg(feature = "parallel")]
fn drafts(checker: &Checker, base: usize, sources: &[Source<'_>]) -> Vec<Draft> {
    use rayon::prelude::*;

    // Items of a list are small and many: fewer, longer turns share more texts.
    let turn = if sources.iter().all(|it| it.cut.is_some()) { 64 } else { 1 };
    let numbered = sources.par_iter().enumerate().with_min_len(turn);
    let judge = |judge: &mut Judge<'_>, (number, source): (usize, &Source<'_>)| {
        let text = source.at(base + number);
        judge.judge(&text, Text::WHOLE, 0)
    };
    numbered.map_init(|| Judge::new(checker), judge).collect()
}

/// What each source comes to by itself; the first has the index `base`.
#[cfg(not(feature = "parallel"))]
fn drafts(checker: &Checker, base: usize, sources: &[Source<'_>]) -> Vec<Draft> {
    let mut judge = Judge::new(checker);
    let draft = |(number, source): (usize, &Source<'_>)| {
        let text = source.at(base + number);
        judge.judge(&text, Text::WHOLE, 0)
    };
    sources.iter().enumerate().map(draft).collect()
}

/// Checks texts as one input, whose sources are called `input-0`, `input-1` and so on.
pub fn check<'t>(
    settings: super::Settings,
    texts: impl IntoIterator<Item = impl Into<Cow<'t, str>>>,
) -> Outcome<'t> {
    let named = texts.into_iter().enumerate();
    let sources: Vec<_> =
        named.map(|(index, text)| Source::new(format!("input-{index}"), text)).collect();
    let mut survey = super::Survey::new(settings);
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    run.finish()
}
