//! Texts that are checked again and again while somebody edits them: only what changed is judged anew,
//! and what holds otherwise because of it.

mod section;

use std::sync::Arc;

use harden_yaml::Span;

use super::checker::{Checker, Kept};
use super::judge::Judge;
use super::outcome::{Record, Unread};
use super::owners;
use super::{Outcome, Settings};
use crate::configuration;
use crate::finding::Finding;
use crate::inventory::{Context, Extents};
use crate::source::{Charts, Positions as _, Source, Text};
use section::{Region, Section};

/// What was judged before, section by section.
#[derive(Debug)]
pub struct Incremental {
    checker: Checker,
    /// What the files are called, which says how near they are to each other.
    names: Vec<Arc<str>>,
    sections: Vec<Section>,
}

impl Incremental {
    /// Remembers nothing yet.
    pub fn new(settings: Settings) -> Self {
        let checker =
            Checker::new(settings, Context::default(), Extents::default(), Charts::default());
        Self { checker, names: Vec::new(), sections: Vec::new() }
    }

    /// What is checked, and against what.
    pub fn settings(&self) -> &Settings {
        &self.checker.settings
    }

    /// Checks these files, as if each were judged as a whole.
    pub fn check<'t>(&mut self, files: &[Source<'t>]) -> Outcome<'t> {
        if !self.names.iter().eq(files.iter().map(|it| &it.name)) {
            self.names = files.iter().map(|it| Arc::clone(&it.name)).collect();
            self.sections.clear();
            self.checker.set_context(Context::default());
        }
        let texts: Vec<_> = files.iter().enumerate().map(|(index, it)| it.at(index)).collect();
        let regions: Vec<_> = texts.iter().flat_map(regions).collect();
        self.find_charts(&texts);
        let is_same = |(section, region): &(&Section, &Region)| {
            section.is_at(region, text_at(&texts, region))
        };
        let before = self.sections.iter().zip(&regions).take_while(is_same).count();
        let rest = self.sections.len().min(regions.len()) - before;
        let back = self.sections.iter().rev().zip(regions.iter().rev());
        let after = back.take(rest).take_while(is_same).count();

        let (old, new) = (self.sections.len() - after, regions.len() - after);
        let gone = self.sections.get(before..old).unwrap_or_default();
        let changed = regions.get(before..new).unwrap_or_default();
        let may_teach = |region: &Region, text: &str| {
            let name = self.names.get(region.file).map_or("", |it| it);
            let is_patch = || self.checker.context.around(name).patched_by().is_some();
            Context::may_teach(name, text) || is_patch()
        };
        let teaches = gone.iter().any(|it| may_teach(it.region(), it.text()))
            || changed.iter().any(|it| may_teach(it, text_at(&texts, it)));
        let known = teaches.then(|| self.learn(&texts));

        let mut judge = Judge::new(&self.checker);
        let mut judged = |region: &Region| judged(&mut judge, &texts, *region);
        let changed: Vec<_> = changed.iter().filter_map(&mut judged).collect();
        self.sections.splice(before..old, changed);
        for (section, region) in self.sections.iter_mut().zip(&regions).skip(new) {
            section.move_to(*region);
        }
        if let Some(known) = known {
            let context = &self.checker.context;
            let namespaces = context.namespaces_that_differ(&known);
            let are_kinds_same = context.defines_the_same(&known);
            let are_patches_same = context.builds_the_same(&known);
            let may_be_moved = context.moves_objects() && !namespaces.is_empty();
            for (section, region) in self.sections.iter_mut().zip(&regions) {
                let is_affected = !are_patches_same
                    || may_be_moved
                    || section.has_pods_in(&namespaces)
                    || !are_kinds_same && section.has_custom_objects();
                if is_affected && let Some(anew) = judged(region) {
                    *section = anew;
                }
            }
        }
        self.finish(files, &texts)
    }

    /// Finds the charts, and forgets everything where there are others than before.
    fn find_charts(&mut self, texts: &[Text<'_>]) {
        let mut charts = Charts::default();
        texts.iter().for_each(|it| charts.learn(it.name, it.text));
        if charts != self.checker.charts {
            self.checker.charts = charts;
            self.sections.clear();
            self.checker.set_context(Context::default());
        }
    }

    /// Learns what the texts say for others; returns what was known before.
    fn learn(&mut self, texts: &[Text<'_>]) -> Context {
        let mut context = Context::default();
        texts.iter().for_each(|it| context.learn(it));
        context.settle();
        self.checker.set_context(context)
    }

    fn finish<'t>(&self, files: &[Source<'t>], texts: &[Text<'_>]) -> Outcome<'t> {
        let mut outcome = Outcome::default();
        outcome.sources.extend(files.iter().map(|it| Record {
            name: it.name.clone(),
            text: Some(it.text.clone()),
            is_foreign: true,
            objects: 0,
            unread: Unread::default(),
            pods: Vec::new(),
        }));
        let (mut ignores, mut choices, mut unjudged) = (Vec::new(), Vec::new(), Vec::new());
        for section in &self.sections {
            let (draft, file) = (section.draft(), section.region().file);
            outcome.findings.extend_from_slice(&draft.findings);
            outcome.coverage.add(&draft.coverage);
            ignores.extend_from_slice(&draft.ignores);
            choices.extend_from_slice(&draft.choices);
            unjudged.extend(draft.unjudged.iter().map(|it| (file, it.clone())));
            if let Some(record) = outcome.sources.get_mut(file) {
                record.pods.extend_from_slice(&draft.pods);
                record.objects += draft.coverage.objects;
                record.unread.add(Unread::of(&draft.coverage, draft.chart_templates));
                record.is_foreign &= draft.coverage.objects == 0 && draft.coverage.broken == 0;
            }
        }
        let kept = self.sections.iter().filter(|it| it.draft().is_wanted);
        let kept: Vec<Kept> = kept.map(|it| it.region().kept()).collect();
        let drafts = || self.sections.iter().map(Section::draft);
        let held = || {
            drafts().flat_map(|draft| {
                draft.held.iter().filter_map(|it| Some((it, draft.pods.get(it.pod)?)))
            })
        };
        let pods = drafts().flat_map(|it| &it.pods).collect();
        let (findings, confirmed) = self.checker.conclude(texts, &kept, pods, held());
        outcome.findings.extend(findings);
        outcome.findings.extend(held().zip(confirmed).filter_map(|((held, _), message)| {
            Some(Finding { message: message?, ..held.finding.clone() })
        }));
        outcome.findings.sort_by(Finding::order);
        let owned: Vec<_> = drafts().flat_map(|it| it.owned.iter().cloned()).collect();
        let pods: Vec<_> = drafts().flat_map(|it| &it.pods).collect();
        owners::collapse(&mut outcome.findings, &mut outcome.coverage, &owned, &pods);
        outcome.complete(&self.checker, unjudged, Vec::new());
        outcome.apply(&ignores, &choices, &self.checker);
        outcome
    }
}

fn judged(judge: &mut Judge<'_>, texts: &[Text<'_>], region: Region) -> Option<Section> {
    let text = texts.get(region.file)?;
    let draft = judge.judge(text, region.span, region.document);
    Some(Section::new(region, text_at(texts, &region), draft))
}

fn text_at<'t>(texts: &[Text<'t>], region: &Region) -> &'t str {
    texts.get(region.file).map_or("", |it| region.span.text(it.text))
}

/// Where the sections of a file are.
fn regions(text: &Text<'_>) -> Vec<Region> {
    let sections = (0..).zip(sections(text.text));
    sections
        .map(|(document, span)| Region {
            file: text.index,
            span,
            document,
            line: text.position(span.start).line,
            is_last: span.end as usize >= text.text.len(),
        })
        .collect()
}

/// The sections of a file that can be judged on their own. What the API server says of its configuration
/// files counts the lines of the whole file.
fn sections(text: &str) -> Vec<Span> {
    if configuration::may_be_in(text) {
        return vec![Span::new(0, text.len())];
    }
    harden_yaml::sections(text)
}

#[cfg(test)]
mod tests;
