//! Findings as they come, with the texts and remedies that many of them share kept once.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use harden_yaml::{Action, Place, Span, Way};
use rustc_hash::FxHasher;

use crate::finding::{Finding, Remedy, Spot};
use crate::source::Positions;

type Set<T> = HashSet<Arc<T>, BuildHasherDefault<FxHasher>>;

/// What was found so far, by all rules.
#[derive(Debug, Default)]
pub struct Collector {
    findings: Vec<Finding>,
    interner: Interner,
}

impl Collector {
    /// The findings since the last call.
    pub fn take(&mut self) -> Vec<Finding> {
        self.findings.drain(..).collect()
    }

    /// The findings from this place on.
    pub fn take_from(&mut self, place: usize) -> Vec<Finding> {
        self.findings.split_off(place.min(self.findings.len()))
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether there is no finding.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The one copy of a text.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        self.interner.text(text)
    }

    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn interner(&mut self) -> &mut Interner {
        &mut self.interner
    }
}

/// The texts and remedies that findings share.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Set<str>,
    remedies: Set<Remedy>,
    /// Where paths are written before it is known whether they are new.
    path: String,
}

impl Interner {
    fn text(&mut self, text: &str) -> Arc<str> {
        kept(&mut self.texts, text)
    }

    fn remedy(&mut self, remedy: Remedy) -> Arc<Remedy> {
        if let Some(known) = self.remedies.get(&remedy) {
            return Arc::clone(known);
        }
        let new = Arc::new(remedy);
        self.remedies.insert(Arc::clone(&new));
        new
    }

    /// A place, pointed at by its grip, and named as seen from `base`, which is above.
    pub(super) fn spot(
        &mut self,
        text: &dyn Positions,
        base: Place<'_>,
        place: Place<'_>,
        label: &str,
        action: Option<Action>,
    ) -> Spot {
        self.spot_of(text, place.grip(), place.way_from(&base).as_ref(), label, action)
    }

    /// Bytes of the text, and the way to the place that they stand for if there is one.
    pub(super) fn spot_of(
        &mut self,
        text: &dyn Positions,
        span: Span,
        way: Option<&Way<'_>>,
        label: &str,
        action: Option<Action>,
    ) -> Spot {
        self.path.clear();
        if let Some(way) = way {
            way.write_path(&mut self.path);
        }
        let remedy = action.and_then(|action| Some(Remedy { pointer: way?.pointer()?, action }));
        Spot {
            span,
            start: text.position(span.start),
            end: text.position(span.end),
            path: kept(&mut self.texts, &self.path),
            label: self.text(label),
            remedy: remedy.map(|it| self.remedy(it)),
        }
    }
}

fn kept(texts: &mut Set<str>, wanted: &str) -> Arc<str> {
    if let Some(known) = texts.get(wanted) {
        return Arc::clone(known);
    }
    let new: Arc<str> = wanted.into();
    texts.insert(Arc::clone(&new));
    new
}
