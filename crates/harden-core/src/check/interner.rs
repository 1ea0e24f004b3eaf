//! Texts and remedies that many findings share, kept once.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use harden_yaml::{Action, Place, Span, Way};
use rustc_hash::FxHasher;

use super::object::Source;
use crate::finding::{Remedy, Spot};

type Set<T> = HashSet<Arc<T>, BuildHasherDefault<FxHasher>>;

/// What findings said so far.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Set<str>,
    remedies: Set<Remedy>,
    /// Where paths are written before it is known whether they are new.
    path: String,
}

impl Interner {
    /// The one copy of a text.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        kept(&mut self.texts, text)
    }

    /// The one copy of a remedy.
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
        source: &dyn Source,
        base: Place<'_>,
        place: Place<'_>,
        label: &str,
        change: Option<Action>,
    ) -> Spot {
        self.spot_of(source, place.grip(), place.way_from(&base).as_ref(), label, change)
    }

    /// Bytes of the text, and the way to the place that they stand for if there is one.
    pub(super) fn spot_of(
        &mut self,
        source: &dyn Source,
        span: Span,
        way: Option<&Way<'_>>,
        label: &str,
        change: Option<Action>,
    ) -> Spot {
        self.path.clear();
        if let Some(way) = way {
            way.write_path(&mut self.path);
        }
        let remedy = change.and_then(|action| Some(Remedy { pointer: way?.pointer()?, action }));
        Spot {
            span,
            start: source.position(span.start),
            end: source.position(span.end),
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
