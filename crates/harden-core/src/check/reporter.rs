//! Collects what one rule finds.

use std::sync::Arc;

use harden_yaml::{Action, Place, Span};

use super::interner::Interner;
use super::object::Source;
use super::{Object, Settings, WorkloadFact};
use crate::finding::{Finding, ObjectReference, Spot};
use crate::pod_security::Container;
use crate::rule::Rule;

/// What was found so far, by all rules.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) findings: Vec<Finding>,
    pub(super) interner: Interner,
}

/// Collects what one rule finds.
pub struct Reporter<'r, 'd> {
    rule: &'static Rule,
    settings: &'r Settings,
    source: &'r (dyn Source + 'r),
    /// All sources, where the rule sees all objects.
    sources: &'r [&'r (dyn Source + 'r)],
    /// The document of the source.
    document: u32,
    object: Option<&'r Object<'d>>,
    /// Whether places are left out where there is nothing.
    pub(super) passes_over_what_is_missing: bool,
    found: &'r mut Findings,
}

impl<'r, 'd> Reporter<'r, 'd> {
    pub(super) fn new(
        rule: &'static Rule,
        settings: &'r Settings,
        source: &'r (dyn Source + 'r),
        object: &'r Object<'d>,
        found: &'r mut Findings,
    ) -> Self {
        let it = Self::of_document(rule, settings, (source, object.document), found);
        Self { object: Some(object), ..it }
    }

    /// For a rule that sees a document of a source.
    pub(super) fn of_document(
        rule: &'static Rule,
        settings: &'r Settings,
        (source, document): (&'r (dyn Source + 'r), u32),
        found: &'r mut Findings,
    ) -> Self {
        Self {
            rule,
            settings,
            source,
            sources: &[],
            document,
            object: None,
            passes_over_what_is_missing: false,
            found,
        }
    }

    /// For a rule that sees all objects; `None` when there is no source at all.
    pub(super) fn over_all(
        rule: &'static Rule,
        settings: &'r Settings,
        sources: &'r [&'r (dyn Source + 'r)],
        found: &'r mut Findings,
    ) -> Option<Self> {
        let source = *sources.first()?;
        Some(Self { sources, ..Self::of_document(rule, settings, (source, 0), found) })
    }

    /// What is checked, and against what.
    pub fn settings(&self) -> &'r Settings {
        self.settings
    }

    /// Reports a place of the object at hand, and what would mend it.
    pub fn flag(&mut self, place: Place<'d>, message: impl AsRef<str>, change: Option<Action>) {
        if place.exists() || !self.passes_over_what_is_missing {
            let spot = self.spot(place, "", change);
            self.push(message.as_ref(), vec![spot]);
        }
    }

    /// Reports several places of the object at hand as one flaw; nothing when there are none.
    pub fn flag_all(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, impl AsRef<str>, Option<Action>)>,
    ) {
        let mut spots = Vec::new();
        for (place, label, change) in places {
            self.add(&mut spots, place, label.as_ref(), change);
        }
        self.push(message.as_ref(), spots);
    }

    /// Reports keys of the object at hand as one flaw, where they rather than their values are wrong;
    /// nothing when there are none.
    pub fn flag_keys(
        &mut self,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, Option<Action>)>,
    ) {
        let mut spots = Vec::new();
        for (place, change) in places {
            let span = place.key_span().unwrap_or_else(|| place.grip());
            let way = place.way_from(&self.base(place));
            spots.push(self.found.interner.spot_of(self.source, span, way.as_ref(), "", change));
        }
        self.push(message.as_ref(), spots);
    }

    /// Reports containers of the object at hand as one flaw; nothing when there are none. The
    /// message begins with their names.
    pub fn flag_containers<'c>(
        &mut self,
        flaw: &str,
        containers: impl IntoIterator<Item = (&'c Container<'d>, Place<'d>, Option<Action>)>,
    ) where
        'd: 'c,
    {
        let mut names: Vec<&str> = Vec::new();
        let mut spots = Vec::new();
        for (container, place, change) in containers {
            if self.add(&mut spots, place, container.name, change)
                && !names.contains(&container.name)
            {
                names.push(container.name);
            }
        }
        self.push_named(flaw, &names, spots);
    }

    /// Adds a spot to a flaw, unless it is passed over.
    fn add(
        &mut self,
        spots: &mut Vec<Spot>,
        place: Place<'d>,
        label: &str,
        change: Option<Action>,
    ) -> bool {
        let is_told = place.exists() || !self.passes_over_what_is_missing;
        if is_told {
            spots.push(self.spot(place, label, change));
        }
        is_told
    }

    fn spot(&mut self, place: Place<'d>, label: &str, change: Option<Action>) -> Spot {
        let base = self.base(place);
        self.found.interner.spot(self.source, base, place, label, change)
    }

    /// From where the way to a place is told.
    fn base(&self, place: Place<'d>) -> Place<'d> {
        self.object.map_or_else(|| place.document().root(), |it| it.place)
    }

    fn push_named(&mut self, flaw: &str, names: &[&str], spots: Vec<Spot>) {
        let mut message = if names.len() == 1 { "container " } else { "containers " }.to_owned();
        for (index, name) in names.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            message.extend([comma, "`", name, "`"]);
        }
        message.extend([": ", flaw]);
        self.push(&message, spots);
    }

    /// Reports bytes of the text that belong to no object.
    pub fn flag_text(&mut self, span: Span, message: impl AsRef<str>) {
        let spot = self.found.interner.spot_of(self.source, span, None, "", None);
        self.push(message.as_ref(), vec![spot]);
    }

    /// Reports a place of one of all objects.
    pub fn flag_in(
        &mut self,
        object: &Object<'d>,
        place: Place<'d>,
        message: impl AsRef<str>,
        change: Option<Action>,
    ) {
        self.flag_all_in(object, message, [(place, change)]);
    }

    /// Reports several places of one of all objects as one flaw; nothing when there are none.
    pub fn flag_all_in(
        &mut self,
        object: &Object<'d>,
        message: impl AsRef<str>,
        places: impl IntoIterator<Item = (Place<'d>, Option<Action>)>,
    ) {
        // There may be a hundred thousand of them, nearly always each at its place.
        let is_its = |it: &&&(dyn Source + 'r)| it.index() == object.source;
        let at_its_place = self.sources.get(object.source).filter(is_its);
        let source = at_its_place.or_else(|| self.sources.iter().find(is_its));
        let source = *source.unwrap_or(&self.source);
        let mut spots = Vec::new();
        for (place, change) in places {
            spots.push(self.found.interner.spot(source, object.place, place, "", change));
        }
        let place = (object.source, object.document);
        self.push_about(place, Some(object.full_name()), message.as_ref(), spots);
    }

    /// Reports a pod or pod template that was seen before.
    pub fn flag_workload(&mut self, workload: &WorkloadFact, message: impl AsRef<str>) {
        self.flag_workload_at(workload, &workload.spot, message);
    }

    /// Reports a spot of a pod or pod template that was seen before.
    pub fn flag_workload_at(
        &mut self,
        workload: &WorkloadFact,
        spot: &Spot,
        message: impl AsRef<str>,
    ) {
        let object = Some(Arc::clone(&workload.object));
        let place = (workload.source, workload.document);
        self.push_about(place, object, message.as_ref(), vec![spot.clone()]);
    }

    fn push(&mut self, message: &str, spots: Vec<Spot>) {
        let object = self.object.filter(|_| !spots.is_empty()).map(Object::full_name);
        self.push_about((self.source.index(), self.document), object, message, spots);
    }

    fn push_about(
        &mut self,
        (source, document): (usize, u32),
        object: Option<Arc<ObjectReference>>,
        message: &str,
        spots: Vec<Spot>,
    ) {
        if spots.is_empty() {
            return;
        }
        let (rule, message) = (self.rule, self.found.interner.text(message));
        let spots = spots.into();
        let finding = Finding { rule, message, source, document, object, spots, ignored: None };
        self.found.findings.push(finding);
    }
}
