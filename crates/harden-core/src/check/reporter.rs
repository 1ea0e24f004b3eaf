//! Collects what one rule finds.

use std::sync::Arc;

use harden_yaml::{Place, Span};

use super::object::Source;
use super::{Object, Settings, WorkloadFact};
use crate::finding::{Change, Finding, Spot};
use crate::pod_security::Container;
use crate::rule::Rule;

/// Collects what one rule finds.
pub struct Reporter<'r, 'd> {
    rule: &'static Rule,
    settings: &'r Settings,
    source: &'r (dyn Source + 'r),
    /// All sources, where the rule sees all objects.
    sources: &'r [&'r (dyn Source + 'r)],
    object: Option<&'r Object<'d>>,
    findings: &'r mut Vec<Finding>,
}

impl<'r, 'd> Reporter<'r, 'd> {
    pub(super) fn new(
        rule: &'static Rule,
        settings: &'r Settings,
        source: &'r (dyn Source + 'r),
        object: Option<&'r Object<'d>>,
        findings: &'r mut Vec<Finding>,
    ) -> Self {
        Self { rule, settings, source, sources: &[], object, findings }
    }

    /// For a rule that sees all objects; `None` when there is no source at all.
    pub(super) fn over_all(
        rule: &'static Rule,
        settings: &'r Settings,
        sources: &'r [&'r (dyn Source + 'r)],
        findings: &'r mut Vec<Finding>,
    ) -> Option<Self> {
        let source = *sources.first()?;
        Some(Self { rule, settings, source, sources, object: None, findings })
    }

    /// What is checked, and against what.
    pub fn settings(&self) -> &'r Settings {
        self.settings
    }

    /// Reports a place of the object at hand, and what would mend it.
    pub fn flag(&mut self, place: Place<'d>, message: impl Into<String>, change: Change) {
        let spot = spot(self.source, place, String::new(), change);
        self.push(message.into(), vec![spot]);
    }

    /// Reports several places of the object at hand as one flaw; nothing when there are none.
    pub fn flag_all(
        &mut self,
        message: impl Into<String>,
        places: impl IntoIterator<Item = (Place<'d>, String, Change)>,
    ) {
        let places = places.into_iter();
        let spots: Vec<_> =
            places.map(|(place, label, change)| spot(self.source, place, label, change)).collect();
        if !spots.is_empty() {
            self.push(message.into(), spots);
        }
    }

    /// Reports keys of the object at hand as one flaw, where they rather than their values are wrong;
    /// nothing when there are none.
    pub fn flag_keys(
        &mut self,
        message: impl Into<String>,
        places: impl IntoIterator<Item = (Place<'d>, Change)>,
    ) {
        let spots = places.into_iter().map(|(place, change)| {
            let span = place.key_span().unwrap_or_else(|| place.grip());
            spot_of(self.source, span, place.path(), String::new(), change)
        });
        let spots: Vec<_> = spots.collect();
        if !spots.is_empty() {
            self.push(message.into(), spots);
        }
    }

    /// Reports containers of the object at hand as one flaw; nothing when there are none. The
    /// message begins with their names.
    pub fn flag_containers<'c>(
        &mut self,
        flaw: &str,
        containers: impl IntoIterator<Item = (&'c Container<'d>, Place<'d>, Change)>,
    ) where
        'd: 'c,
    {
        let mut names: Vec<&str> = Vec::new();
        let mut spots = Vec::new();
        for (container, place, change) in containers {
            if !names.contains(&container.name) {
                names.push(container.name);
            }
            spots.push(spot(self.source, place, container.name.to_owned(), change));
        }
        if spots.is_empty() {
            return;
        }
        let word = if names.len() == 1 { "container" } else { "containers" };
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        self.push(format!("{word} {}: {flaw}", names.join(", ")), spots);
    }

    /// Reports bytes of the text that belong to no object.
    pub fn flag_text(&mut self, span: Span, message: impl Into<String>) {
        let spot = spot_of(self.source, span, String::new(), String::new(), Change::Decide);
        self.push(message.into(), vec![spot]);
    }

    /// Reports a place of one of all objects.
    pub fn flag_in(
        &mut self,
        object: &Object<'d>,
        place: Place<'d>,
        message: impl Into<String>,
        change: Change,
    ) {
        let source =
            self.sources.iter().find(|it| it.index() == object.source).unwrap_or(&self.source);
        self.findings.push(Finding {
            rule: self.rule,
            message: message.into(),
            source: object.source,
            object: Some(object.full_name()),
            spots: vec![spot(*source, place, String::new(), change)],
            ignored: None,
        });
    }

    /// Reports several places of one of all objects as one flaw; nothing when there are none.
    pub fn flag_all_in(
        &mut self,
        object: &Object<'d>,
        message: impl Into<String>,
        places: impl IntoIterator<Item = (Place<'d>, Change)>,
    ) {
        let source =
            self.sources.iter().find(|it| it.index() == object.source).unwrap_or(&self.source);
        let places = places.into_iter();
        let spots: Vec<_> =
            places.map(|(place, change)| spot(*source, place, String::new(), change)).collect();
        if !spots.is_empty() {
            self.findings.push(Finding {
                rule: self.rule,
                message: message.into(),
                source: object.source,
                object: Some(object.full_name()),
                spots,
                ignored: None,
            });
        }
    }

    /// Reports a pod or pod template that was seen before.
    pub fn flag_workload(&mut self, workload: &WorkloadFact, message: impl Into<String>) {
        self.flag_workload_at(workload, &workload.spot, message);
    }

    /// Reports a spot of a pod or pod template that was seen before.
    pub fn flag_workload_at(
        &mut self,
        workload: &WorkloadFact,
        spot: &Spot,
        message: impl Into<String>,
    ) {
        self.findings.push(Finding {
            rule: self.rule,
            message: message.into(),
            source: workload.source,
            object: Some(Arc::clone(&workload.object)),
            spots: vec![spot.clone()],
            ignored: None,
        });
    }

    fn push(&mut self, message: String, spots: Vec<Spot>) {
        self.findings.push(Finding {
            rule: self.rule,
            message,
            source: self.source.index(),
            object: self.object.map(Object::full_name),
            spots,
            ignored: None,
        });
    }
}

pub(super) fn spot(source: &dyn Source, place: Place<'_>, label: String, change: Change) -> Spot {
    spot_of(source, place.grip(), place.path(), label, change)
}

fn spot_of(source: &dyn Source, span: Span, path: String, label: String, change: Change) -> Spot {
    Spot {
        span,
        start: source.position(span.start),
        end: source.position(span.end),
        path,
        label,
        change,
    }
}
