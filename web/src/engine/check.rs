//! Checks files as `kubectl harden check` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_core::check::{Incremental, Outcome, Settings};
use harden_core::finding::{self, ObjectReference, Severity};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::report::{Report, ReportSource, Summary};
use harden_core::secrecy::confidences;
use harden_core::source::Source;
use harden_core::{ignore, rules};

use super::{Engine, LastCheck, key, plan};
use crate::protocol::engine::{CheckAsk, Checked, Filter, Finding, Listing, Mark, Spot};
use crate::units::UnitIndex;

/// So many marks of a file are shown: more slow typing down, and nobody reads them one by one.
const MOST_MARKS: usize = 1000;

/// So many objects can be chosen from.
const MOST_OBJECTS: usize = 500;

impl Engine {
    /// Checks files; the texts stay for [`Engine::plan`].
    pub(super) fn check(&mut self, ask: CheckAsk) -> Result<Checked, String> {
        let settings = settings(&ask)?;
        let is_same = |it: &Incremental| {
            (it.settings().level, it.settings().version) == (settings.level, settings.version)
        };
        let before = self.incremental.take().filter(is_same);
        let mut incremental = before.unwrap_or_else(|| Incremental::new(settings));
        let texts = self.texts_of(&ask.files);
        let named = ask.names.iter().zip(&texts);
        let sources: Vec<_> = named.map(|(name, text)| Source::new(name.as_str(), *text)).collect();
        let outcome = incremental.check(&sources);
        let shown = ReportSource::all(&outcome);
        let report = Report::of(&outcome, incremental.settings(), &shown);
        let summary = Summary::new(&report);
        let Outcome { findings, coverage, unused, .. } = &outcome;
        let count = |test: &dyn Fn(&finding::Finding) -> bool| {
            findings.iter().filter(|it| test(it)).count()
        };
        let mut answer = Checked {
            marks: marks(findings, &texts),
            severities: Severity::ALL.map(|it| count(&|finding| finding.about.severity == it)),
            headline: summary.headline(),
            levels: summary.level_sentence(),
            coverage: report.coverage_lines(),
            incomplete: report.incomplete_lines(),
            standing: count(&|it| it.ignored.is_none() && it.about.level.is_some()),
            fixable: plan::fixable(findings, incremental.settings().level),
            read: coverage.objects,
            foreign: coverage.foreign,
            unused: unused.iter().map(sentence).collect(),
            kept: texts.iter().map(|it| without_secrets(it)).collect(),
            ..Checked::default()
        };
        let objects = objects(findings);
        answer.objects = objects.iter().map(ToString::to_string).collect();
        let findings = outcome.findings;
        self.incremental = Some(incremental);
        self.last = LastCheck { files: ask.files, findings, objects };
        answer.listing = self.list(&ask.filter);
        Ok(answer)
    }

    /// The findings of the last check that pass a filter.
    pub(super) fn list(&self, filter: &Filter) -> Listing {
        let texts = self.texts_of(&self.last.files);
        let indices: Vec<_> = texts.iter().map(|text| UnitIndex::new(text)).collect();
        let object = filter.object.and_then(|it| self.last.objects.get(it));
        let standard = match filter.standard.as_str() {
            "" => None,
            level => Some(level.parse::<Level>().ok()),
        };
        let passes = |finding: &finding::Finding| {
            let place = Severity::ALL.iter().position(|it| *it == finding.about.severity);
            let is_hidden = place.and_then(|it| filter.hidden.get(it)).copied();
            !is_hidden.unwrap_or(false)
                && standard.is_none_or(|it| it == finding.about.level)
                && (object.is_none() || finding.object.as_ref() == object)
        };
        let places = places();
        let mut listing = Listing::default();
        let passing = self.last.findings.iter().enumerate().filter(|(_, it)| passes(it));
        for (index, finding) in passing {
            listing.total += 1;
            if listing.total > filter.limit {
                continue;
            }
            let Some(units) = indices.get(finding.source) else { continue };
            let Some(key) = key::of(&self.last.findings, index) else { continue };
            let spots = finding.spots.iter().map(|spot| Spot {
                at: units.units(spot.span),
                line: spot.start.line,
                label: spot.label.to_string(),
            });
            listing.findings.push(Finding {
                key,
                rule: places.get(&*finding.about.id).copied().unwrap_or_default(),
                object: finding.object.as_ref().map(ToString::to_string),
                message: finding.message.to_string(),
                spots: spots.collect(),
                ignored: finding.ignored.as_ref().map(|it| it.reason.clone()),
            });
        }
        listing
    }
}

/// The text without the documents that may hold secrets, empty where nothing else is left; `None` when there
/// are none of them.
fn without_secrets(text: &str) -> Option<String> {
    const HOLE: &str = "# A document was here that is not kept.\n";
    let found = confidences(text);
    if found.is_empty() {
        return None;
    }
    let mut rest = String::new();
    let mut from = 0;
    for span in found.iter().map(|it| it.document) {
        rest.push_str(text.get(from..span.start as usize).unwrap_or_default());
        rest.push_str(HOLE);
        from = span.end as usize;
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    let is_content = |line: &str| !line.is_empty() && !line.starts_with(['#', '-']);
    let is_kept = rest.lines().any(|it| is_content(it.trim())) && confidences(&rest).is_empty();
    Some(if is_kept { rest } else { String::new() })
}

/// Every rule's place in the catalogue.
fn places() -> BTreeMap<&'static str, usize> {
    rules::all().enumerate().map(|(place, rule)| (rule.id, place)).collect()
}

/// The first objects that findings are about, in the order of the findings.
fn objects(findings: &[finding::Finding]) -> Vec<Arc<ObjectReference>> {
    let mut objects: Vec<Arc<ObjectReference>> = Vec::new();
    let mut known = BTreeSet::new();
    let mut last = None;
    for object in findings.iter().filter_map(|it| it.object.as_ref()) {
        // The findings of one object mostly follow each other.
        let is_last = last.is_some_and(|it| Arc::ptr_eq(it, object));
        last = Some(object);
        if objects.len() < MOST_OBJECTS && !is_last && known.insert(object) {
            objects.push(Arc::clone(object));
        }
    }
    objects
}

/// What the editor marks, the first of each file.
fn marks(findings: &[finding::Finding], texts: &[&str]) -> Vec<Mark> {
    let places = places();
    let mut marks = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        let index = UnitIndex::new(text);
        let counted = findings.iter().filter(|it| it.source == file && it.ignored.is_none());
        let spots = counted.flat_map(|finding| finding.spots.iter().map(move |it| (finding, it)));
        marks.extend(spots.take(MOST_MARKS).map(|(finding, spot)| Mark {
            file,
            at: index.units(spot.span),
            rule: places.get(&*finding.about.id).copied().unwrap_or_default(),
            message: finding.message.to_string(),
        }));
    }
    marks
}

/// What the command would take for the same options.
fn settings(ask: &CheckAsk) -> Result<Settings, String> {
    let level = ask.level.parse().map_err(|error| format!("level: {error}"))?;
    let version = MinorVersion::read_known(&ask.version);
    let version = version.map_err(|error| format!("version: {error}"))?;
    let known_ids = rules::all().map(|it| it.id).chain(rules::ELSEWHERE.iter().copied()).collect();
    Ok(Settings { level, version, known_ids, ..Settings::new(rules::usual()) })
}

fn sentence(unused: &ignore::Unused) -> String {
    match unused.ignore.line {
        Some(line) => format!("line {line}: {unused}"),
        None => unused.to_string(),
    }
}
