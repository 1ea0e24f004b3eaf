//! Checks files as `kubectl harden check` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_core::check::{Checker, Incremental, Namespaces, Outcome, Settings, SourceText};
use harden_core::finding::{self, ObjectReference};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::pod_security::Version;
use harden_core::rule::Severity;
use harden_core::schema::Crds;
use harden_core::{ignore, rules};

use super::{Engine, LastCheck, key};
use crate::protocol::engine::{CheckAsk, Checked, Filter, Finding, Listing, Mark, Spot};
use crate::units::UnitIndex;

/// So many marks of a file are shown: more slow typing down, and nobody reads them one by one.
const MOST_MARKS: usize = 1000;

/// So many objects can be chosen from.
const MOST_OBJECTS: usize = 500;

/// Kinds of object that are made of secrets.
const CONFIDENTIAL: [&str; 2] = ["Secret", "EncryptionConfiguration"];

impl Engine {
    /// Checks files; the texts stay for [`Engine::mend`].
    pub(super) fn check(&mut self, ask: CheckAsk) -> Result<Checked, String> {
        let before = self.judge.take();
        let texts = self.texts_of(&ask.files);
        let against = Against::read(&ask, &texts)?;
        let same = before.filter(|it| it.against == against);
        let mut judge = same.unwrap_or_else(|| Judge::new(against));
        let Outcome { mut findings, ignores, coverage } =
            judge.memory.judge(&judge.checker, &texts);
        let unused = ignore::apply(&mut findings, &ignores);
        let count = |test: &dyn Fn(&finding::Finding) -> bool| {
            findings.iter().filter(|it| test(it)).count()
        };
        let mut answer = Checked {
            marks: marks(&findings, &texts),
            severities: Severity::ALL.map(|it| count(&|finding| finding.rule.severity == it)),
            ignored: count(&|it| it.ignored.is_some()),
            standing: count(&|it| it.ignored.is_none() && it.rule.level.is_some()),
            read: coverage.objects,
            foreign: coverage.foreign,
            broken: coverage.broken,
            levels: coverage.levels,
            unused: unused.iter().map(sentence).collect(),
            has_secrets: coverage.kinds.keys().any(|it| CONFIDENTIAL.contains(&it.as_str())),
            ..Checked::default()
        };
        let objects = objects(&findings);
        answer.objects = objects.iter().map(ToString::to_string).collect();
        self.judge = Some(judge);
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
            let place = Severity::ALL.iter().position(|it| *it == finding.rule.severity);
            let is_hidden = place.and_then(|it| filter.hidden.get(it)).copied();
            !is_hidden.unwrap_or(false)
                && standard.is_none_or(|it| it == finding.rule.level)
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
                rule: places.get(finding.rule.id).copied().unwrap_or_default(),
                object: finding.object.as_ref().map(ToString::to_string),
                message: finding.message.to_string(),
                spots: spots.collect(),
                ignored: finding.ignored.as_ref().map(|it| it.reason.clone()),
            });
        }
        listing
    }
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
            rule: places.get(finding.rule.id).copied().unwrap_or_default(),
            message: finding.message.to_string(),
        }));
    }
    marks
}

/// Who judges, as long as the files are checked against the same; with another, all is judged anew.
#[derive(Debug)]
pub(super) struct Judge {
    against: Against,
    checker: Checker,
    memory: Incremental,
}

impl Judge {
    fn new(against: Against) -> Self {
        let checker = Checker::new(against.settings());
        Self { against, checker, memory: Incremental::default() }
    }
}

/// What the files are checked against.
#[derive(Debug, PartialEq, Eq)]
struct Against {
    level: Level,
    version: MinorVersion,
    namespaces: Namespaces,
    /// The files with definitions of custom resources.
    definitions: Vec<String>,
}

impl Against {
    /// What the command would take for the same files.
    fn read(ask: &CheckAsk, texts: &[&str]) -> Result<Self, String> {
        let version = ask.version.parse::<Version>();
        let newest = Settings::default().version;
        let mut namespaces = Namespaces::default();
        for text in texts {
            namespaces.learn(&SourceText::new(0, text));
        }
        let definitions = texts.iter().filter(|it| it.contains("CustomResourceDefinition"));
        Ok(Self {
            level: ask.level.parse().map_err(|error| format!("level: {error}"))?,
            version: version.map_err(|error| format!("version: {error}"))?.effective(newest),
            namespaces,
            definitions: definitions.map(|it| (*it).to_owned()).collect(),
        })
    }

    fn settings(&self) -> Settings {
        let definitions = self.definitions.iter();
        let documents: Vec<_> = definitions.flat_map(|it| harden_yaml::documents(it)).collect();
        Settings {
            level: self.level,
            version: self.version,
            namespaces: self.namespaces.clone(),
            crds: Arc::new(Crds::read(&documents)),
            ..Settings::default()
        }
    }
}

fn sentence(unused: &ignore::Unused) -> String {
    let line = unused.ignore.line.map(|line| format!(" of line {line}")).unwrap_or_default();
    format!("ignore[{}]{line}: {}", unused.ignore.rules.join(", "), unused.why)
}
