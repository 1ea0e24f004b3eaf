//! Which decisions are about a place of a finding, without a look at all of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Choice, Families, FileIgnore, Ignore};
use crate::finding::{Finding, IgnoredBy, ObjectReference, Spot};

/// All decisions, by what they are about.
pub(super) struct Decisions<'i> {
    ignores: &'i [Ignore],
    entries: &'i [FileIgnore],
    families: &'i Families,
    /// By source, and document of it.
    documents: FxHashMap<(usize, u32), OfDocument<'i>>,
    /// The members of the families that were asked for.
    of_families: FxHashMap<usize, ByRule<'i>>,
    /// Which of the decisions in the texts are about something.
    pub(super) used: Vec<bool>,
    /// Which of the entries are.
    pub(super) used_entries: Vec<bool>,
}

/// What is decided of a document.
#[derive(Default)]
struct OfDocument<'i> {
    all: ByRule<'i>,
    lines: BTreeMap<u32, ByRule<'i>>,
    objects: FxHashMap<&'i ObjectReference, OfObject<'i>>,
}

/// What is decided of an object.
#[derive(Default)]
struct OfObject<'i> {
    in_text: ByRule<'i>,
    families: Vec<usize>,
}

/// Decisions by their rules, `*` for all.
type ByRule<'i> = FxHashMap<&'i str, OfRule<'i>>;

#[derive(Default)]
struct OfRule<'i> {
    all: Group,
    containers: FxHashMap<&'i str, Group>,
}

/// Decisions about the same, by their places: the first counts, and the others change nothing.
#[derive(Default)]
struct Group {
    places: Vec<usize>,
    is_used: bool,
}

/// What was decided of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decision<'i> {
    pub(super) by: IgnoredBy,
    pub(super) reason: &'i str,
}

impl<'i> Decisions<'i> {
    pub(super) fn new(
        ignores: &'i [Ignore],
        entries: &'i [FileIgnore],
        families: &'i Families,
        choices: &'i [Choice],
    ) -> Self {
        let mut documents: FxHashMap<_, OfDocument<'_>> = FxHashMap::default();
        for Choice { source, document, object, family } in choices {
            let of_document = documents.entry((*source, *document)).or_default();
            of_document.objects.entry(object).or_default().families.push(*family);
        }
        let sound = ignores.iter().enumerate().filter(|(_, it)| !it.reason.is_empty());
        for (place, Ignore { source, document, object, line, rules, .. }) in sound {
            let of_document = documents.entry((*source, *document)).or_default();
            let by_rule = match (line, object) {
                (Some(line), _) => of_document.lines.entry(*line).or_default(),
                (None, Some(object)) => &mut of_document.objects.entry(object).or_default().in_text,
                (None, None) => &mut of_document.all,
            };
            for rule in rules {
                by_rule.entry(rule).or_default().all.places.push(place);
            }
        }
        let of_families = FxHashMap::default();
        let (used, used_entries) = (vec![false; ignores.len()], vec![false; entries.len()]);
        Self { ignores, entries, families, documents, of_families, used, used_entries }
    }

    /// Whether any decision is about the document of a finding.
    pub(super) fn may_be_about(&self, finding: &Finding) -> bool {
        self.documents.contains_key(&(finding.source, finding.document))
    }

    /// The first decision that is about a place of a finding: what the text says goes before what a file says.
    pub(super) fn of(&mut self, finding: &Finding, spot: &Spot) -> Option<Decision<'i>> {
        let Self { ignores, entries, families, documents, of_families, .. } = self;
        let (ignores, entries) = (*ignores, *entries);
        let of_document = documents.get_mut(&(finding.source, finding.document))?;
        let of_object = finding.object.as_deref().and_then(|it| of_document.objects.get_mut(it));
        let (mut first, mut first_entry) = (None, None);
        let mut take = |by_rule| take_first(by_rule, finding, None, &mut first, &mut self.used);
        take(&mut of_document.all);
        let last_line = spot.end.line.max(spot.start.line);
        let of_lines = of_document.lines.range_mut(spot.start.line..=last_line);
        of_lines.for_each(|(_, by_rule)| take(by_rule));
        if let Some(OfObject { in_text, families: chosen }) = of_object {
            take(in_text);
            for family in chosen {
                let members = || members(entries, families.members(*family));
                let by_rule = of_families.entry(*family).or_insert_with(members);
                let used = &mut self.used_entries;
                take_first(by_rule, finding, Some(&spot.label), &mut first_entry, used);
            }
        }
        if let Some(ignore) = first.and_then(|place| ignores.get(place)) {
            return Some(Decision { by: ignore.by, reason: &ignore.reason });
        }
        let entry = first_entry.and_then(|place| entries.get(place))?;
        Some(Decision { by: IgnoredBy::File, reason: &entry.reason })
    }
}

/// Entries, by their places in the file.
fn members<'i>(entries: &'i [FileIgnore], places: &[usize]) -> ByRule<'i> {
    let mut by_rule = ByRule::default();
    let entries = places.iter().filter_map(|place| Some((*place, entries.get(*place)?)));
    for (place, entry) in entries.filter(|(_, it)| !it.reason.is_empty()) {
        let of_rule = by_rule.entry(entry.rule.as_str()).or_default();
        let group = match &entry.container {
            Some(container) => of_rule.containers.entry(container).or_default(),
            None => &mut of_rule.all,
        };
        group.places.push(place);
    }
    by_rule
}

/// Notes the first of some decisions that is about a finding, and that all of those are used.
fn take_first(
    by_rule: &mut ByRule<'_>,
    finding: &Finding,
    container: Option<&str>,
    first: &mut Option<usize>,
    used: &mut [bool],
) {
    for rule in ["*", &finding.about.id] {
        let Some(OfRule { all, containers }) = by_rule.get_mut(rule) else { continue };
        let of_container = container.and_then(|it| containers.get_mut(it));
        for group in [Some(all), of_container].into_iter().flatten() {
            let own = group.places.first().copied();
            *first = [*first, own].into_iter().flatten().min();
            if !std::mem::replace(&mut group.is_used, true) {
                for place in &group.places {
                    used.get_mut(*place).into_iter().for_each(|it| *it = true);
                }
            }
        }
    }
}
