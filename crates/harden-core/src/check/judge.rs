//! Judges one section of a text after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use harden_yaml::{Document, Span};

use super::Coverage;
use super::checker::{ActiveRule, Checker};
use super::coverage::increase;
use super::draft::{Draft, Held};
use super::owners::Owned;
use super::profiles;
use crate::finding::Finding;
use crate::ignore;
use crate::object::Object;
use crate::rule::{Answers, Check, Collector, Reporter, Subject, Target, Unjudged, Workload};
use crate::schema;
use crate::source::{self, ChartPart, Positions as _, Text};

/// So many objects of a document that do not say what they are are judged: after them nobody needs to be told.
pub(super) const MOST_NAMELESS: usize = 1_000;

/// Judges one section after the other; what they have in common is kept once.
#[derive(Debug)]
pub(super) struct Judge<'c> {
    checker: &'c Checker,
    collector: Collector,
    /// The name of the source that was judged last, which its pods share.
    file: Arc<str>,
}

impl<'c> Judge<'c> {
    pub(super) fn new(checker: &'c Checker) -> Self {
        Self { checker, collector: Collector::default(), file: Arc::default() }
    }

    /// Runs the rules that need one object at a time over a section of a text; `first` is the place of its
    /// first document in the text.
    pub(super) fn judge(&mut self, text: &Text<'_>, section: Span, first: u32) -> Draft {
        let mut draft = Draft::default();
        let part = self.checker.charts.part(text.name).map(|(_, part)| part);
        if part == Some(ChartPart::Description) {
            let written = text.documents(section).filter(|it| !it.is_empty()).count();
            (draft.coverage.documents, draft.coverage.foreign) = (written, written);
            return draft;
        }
        for (number, document) in (first..).zip(text.documents(section)) {
            self.judge_document(text, (number, &document), part, &mut draft);
        }
        // As large as needed: there may be many sections, and all are kept.
        draft.findings = self.collector.take();
        draft.findings.sort_by(Finding::order);
        draft.pods.shrink_to_fit();
        draft
    }

    fn judge_document(
        &mut self,
        text: &Text<'_>,
        (number, document): (u32, &Document<'_>),
        part: Option<ChartPart>,
        draft: &mut Draft,
    ) {
        if document.is_empty() && document.problems().is_empty() {
            return;
        }
        let Checker { settings, rules, wanted, families, .. } = self.checker;
        let target = Target { is_in_chart: part.is_some(), ..self.checker.target() };
        draft.coverage.documents += 1;
        let is_of_chart = part == Some(ChartPart::Template);
        if is_of_chart && document.span().text(document.text()).contains("{{") {
            draft.chart_templates += 1;
        }
        for ActiveRule { check, about, .. } in &rules.of_documents {
            if let Check::Document(check) = check {
                let subject = Subject::document(text, number);
                check(document, &mut Reporter::new(about, target, subject, &mut self.collector));
            }
        }
        if !document.is_readable() {
            draft.coverage.broken += 1;
            draft.coverage.templates += usize::from(document.template().is_some());
            return;
        }
        let objects = self.checker.objects(text, document, number);
        let (mut nameless, mut passed_over) = (0, 0);
        let is_told = |it: &Object<'_>| {
            nameless += usize::from(it.kind.is_empty());
            let is_told = !it.kind.is_empty() || nameless <= MOST_NAMELESS;
            passed_over += usize::from(!is_told);
            is_told
        };
        let objects: Vec<_> = objects.filter(is_told).collect();
        draft.nameless += nameless;
        draft.unjudged.extend(Unjudged::nameless(passed_over));
        // A List that does not say what it is stands before its items.
        let own = || objects.iter().filter(|it| !it.is_list());
        draft.coverage.objects += own().count();
        let named = own().filter(|it| !it.kind.is_empty());
        named.for_each(|it| self.cover(text, it, &mut draft.coverage));
        let is_runtime = objects.is_empty() && is_runtime(document);
        draft.coverage.runtime += usize::from(is_runtime);
        draft.coverage.foreign += usize::from(objects.is_empty() && !is_runtime);
        if settings.reads_ignores {
            let position = |offset| text.position(offset);
            let at = (text.index, number);
            draft.ignores.extend(ignore::collect(at, document, &objects, &position));
            let path = settings.root.path(text.name);
            for object in &objects {
                draft.choices.extend(ignore::choose(text.index, object, &path, families));
            }
        }
        for object in &objects {
            draft.is_wanted |= !object.is_patch() && wanted.holds(object);
            let owned = Owned::read(object);
            let before = draft.pods.len();
            draft.has_custom_objects |= schema::is_custom(object);
            if !object.is_removal() {
                self.judge_object(text, object, draft);
            }
            if let Some(mut owned) = owned {
                owned.levels.extend(draft.pods.iter().skip(before).filter_map(|it| it.level));
                draft.owned.push(owned);
            }
        }
    }

    fn cover(&self, text: &Text<'_>, object: &Object<'_>, coverage: &mut Coverage) {
        increase(&mut coverage.kinds, object.kind, 1);
        let around = self.checker.context.around(text.name);
        let name = || format!("{}.{}", object.kind, object.group);
        if object.is_patch() {
            let folders = around.patched_by().and_then(BTreeSet::first);
            let folder = folders.map_or_else(|| source::folder(text.name), String::as_str);
            increase(&mut coverage.kustomized, if folder.is_empty() { "." } else { folder }, 1);
        }
        if let Some(program) = object.program() {
            increase(&mut coverage.files, program, 1);
        } else if !around.describes(object) {
            increase(&mut coverage.without_schema, &name(), 1);
        }
        if around.has_rules(object) {
            increase(&mut coverage.with_rules, &name(), 1);
        }
        if object.holds_manifests() {
            increase(&mut coverage.manifests, object.kind, 1);
        }
        if object.has_chart() {
            increase(&mut coverage.charts, &name(), 1);
        }
    }

    fn judge_object(&mut self, text: &Text<'_>, object: &Object<'_>, draft: &mut Draft) {
        let target = self.checker.target();
        let answers = Answers::default();
        let subject = Subject::object(text, object, &answers);
        for ActiveRule { check, about, .. } in &self.checker.rules.of_objects {
            if let Check::Object(check) = check {
                let mut reporter = Reporter::new(about, target, subject, &mut self.collector);
                check(object, &mut reporter);
                draft.unjudged.extend(reporter.into_unjudged());
            }
        }
        for workload in Workload::all(object) {
            self.judge_workload(text, &workload, draft);
        }
    }

    fn judge_workload(&mut self, text: &Text<'_>, workload: &Workload<'_>, draft: &mut Draft) {
        let Checker { settings, context, rules, profiles, .. } = self.checker;
        let target = self.checker.target();
        let pod = draft.pods.len();
        let subject = Subject::workload(text, workload);
        for (rule, ActiveRule { check, about, .. }) in rules.of_workloads.iter().enumerate() {
            let is_held = matches!(check, Check::Held { .. });
            let before = self.collector.len();
            let mut reporter = Reporter::new(about, target, subject, &mut self.collector);
            match (check, target.lock) {
                (Check::Workload(check) | Check::Held { report: check, .. }, _) => {
                    check(workload, &mut reporter);
                }
                (Check::LockedWorkload { check, .. }, Some(lock)) => {
                    check(workload, lock, &mut reporter);
                }
                _ => continue,
            }
            if is_held {
                let held = self.collector.take_from(before).into_iter();
                draft.held.extend(held.map(|finding| Held { rule, pod, finding }));
            }
        }
        if *self.file != *text.name {
            self.file = text.name.into();
        }
        let mut facts = workload.to_pod(Arc::clone(&self.file));
        let labels = context.around(text.name).pod_labels();
        facts.labels.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
        let is_patch = facts.is_patch;
        draft.coverage.patches += usize::from(is_patch);
        draft.pods.push(facts);
        let around = context.around(text.name);
        let own = around.enforced(workload.object.namespace().unwrap_or_default());
        let (level, version) = match own.and_then(|it| it.beside(settings.level)) {
            Some(standard) => (standard.level, standard.version.effective(settings.version)),
            None => (settings.level, settings.version),
        };
        let Some(profile) = profiles.iter().find(|it| it.version == version) else { return };
        let (reached, failures) = profile.judge(workload);
        if let Some(count) = draft.coverage.levels.get_mut(reached as usize) {
            *count += usize::from(!is_patch);
        }
        if let Some(pod) = draft.pods.last_mut() {
            pod.level = (!is_patch).then_some(reached);
        }
        for failure in failures.iter().filter(|it| it.check.level <= level) {
            if let Some(about) = profile.about(failure.check) {
                let mut reporter = Reporter::new(about, target, subject, &mut self.collector);
                profiles::report(failure, workload, &mut reporter);
            }
        }
    }
}

/// Whether a document is a file of Falco, which rules judge.
#[cfg(feature = "admission")]
fn is_runtime(document: &Document<'_>) -> bool {
    crate::runtime::is_meant(document)
}

#[cfg(not(feature = "admission"))]
fn is_runtime(_: &Document<'_>) -> bool {
    false
}
