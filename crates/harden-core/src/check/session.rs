//! Judges one source after the other.

use harden_yaml::Document;

use super::object::Source as _;
use super::reporter::Findings;
use super::{Checker, Draft, Object, Reporter, SourceText, Workload, World, workload};
use crate::finding::Finding;
use crate::ignore;
use crate::kubernetes::MinorVersion;
use crate::rule::Check;

/// Judges one source after the other; what they have in common is kept once.
#[derive(Debug)]
pub struct Session<'c> {
    checker: &'c Checker,
    found: Findings,
}

impl<'c> Session<'c> {
    pub(super) fn new(checker: &'c Checker) -> Self {
        Self { checker, found: Findings::default() }
    }

    /// Runs the rules that need one source at a time.
    pub fn judge(&mut self, source: &SourceText<'_>) -> Draft {
        let mut judged = Draft::default();
        for (number, document) in source.documents() {
            self.judge_document(source, (number, &document), &mut judged);
        }
        // As large as needed: there may be many sources, and all are kept.
        judged.findings = self.found.findings.drain(..).collect();
        judged.findings.sort_by(Finding::order);
        judged.remains.workloads.shrink_to_fit();
        judged
    }

    fn judge_document(
        &mut self,
        source: &SourceText<'_>,
        (number, document): (u32, &Document<'_>),
        judged: &mut Draft,
    ) {
        if document.is_empty() && document.problems().is_empty() {
            return;
        }
        let Checker { settings, rules, .. } = self.checker;
        judged.coverage.documents += 1;
        for rule in &rules.of_documents {
            if let Check::Document(check) = rule.check {
                let mut reporter =
                    Reporter::of_document(rule, settings, (source, number), &mut self.found);
                check(document, &mut reporter);
            }
        }
        if document.is_rejected() {
            judged.coverage.broken += 1;
            judged.coverage.templates += usize::from(document.has_template());
            return;
        }
        let objects = Object::all(source, (number, document));
        judged.coverage.objects += objects.len();
        objects.iter().for_each(|it| judged.coverage.add_kind(it.kind, 1));
        judged.coverage.named_files.extend(objects.iter().filter_map(crate::rules::named_file));
        judged.coverage.foreign += usize::from(objects.is_empty());
        if settings.reads_ignores {
            let line_of = |offset| source.position(offset).line;
            let file = &settings.ignores;
            let found = ignore::collect(source.index, document, &objects, file, &line_of);
            judged.ignores.extend(found);
        }
        for object in &objects {
            judged.remains.is_retained |= World::retains(object);
            for rule in &rules.of_objects {
                if let Check::Object(check) = rule.check {
                    let found = &mut self.found;
                    check(object, &mut Reporter::new(rule, settings, source, object, found));
                }
            }
            for workload in Workload::all(object) {
                self.judge_workload(source, &workload, judged);
            }
        }
    }

    fn judge_workload(
        &mut self,
        source: &SourceText<'_>,
        workload: &Workload<'_>,
        judged: &mut Draft,
    ) {
        let Checker { settings, rules, profiles } = self.checker;
        let object = &workload.object;
        let is_patch = workload.is_patch();
        for rule in &rules.of_workloads {
            if let Check::Workload(check) = rule.check {
                let mut reporter = Reporter::new(rule, settings, source, object, &mut self.found);
                reporter.passes_over_what_is_missing = is_patch;
                check(workload, &mut reporter);
            }
        }
        judged.coverage.patches += usize::from(is_patch);
        judged.remains.workloads.push(workload.fact(source, &mut self.found.interner));
        let own = workload.object.namespace().and_then(|it| settings.namespaces.standard(it));
        let (level, version) = match own {
            Some(standard) => {
                (standard.level, standard.version.effective(MinorVersion::NEWEST_KNOWN))
            }
            None => (settings.level, settings.version),
        };
        let Some(profiles) = profiles.iter().find(|it| it.version == version) else { return };
        let (reached, failures) = profiles.judge(workload);
        if let Some(count) = judged.coverage.levels.get_mut(reached as usize) {
            *count += usize::from(!is_patch);
        }
        for failure in failures.iter().filter(|it| it.check.level <= level) {
            if let Some(rule) = profiles.rule(failure.check) {
                let mut reporter = Reporter::new(rule, settings, source, object, &mut self.found);
                reporter.passes_over_what_is_missing = is_patch;
                workload::report(failure, workload, &mut reporter);
            }
        }
    }
}
