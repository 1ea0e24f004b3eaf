//! Texts and changes that many findings share, kept once.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use harden_yaml::{Place, Span};
use rustc_hash::FxHasher;

use super::object::Source;
use crate::finding::{Change, Spot};

type Set<T> = HashSet<Arc<T>, BuildHasherDefault<FxHasher>>;

/// What findings said so far.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Set<str>,
    changes: Set<Change>,
    /// Where paths are written before it is known whether they are new.
    path: String,
}

impl Interner {
    /// The one copy of a text.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        kept(&mut self.texts, text)
    }

    /// The one copy of a change.
    fn change(&mut self, change: Change) -> Arc<Change> {
        if let Some(known) = self.changes.get(&change) {
            return Arc::clone(known);
        }
        let new = Arc::new(change);
        self.changes.insert(Arc::clone(&new));
        new
    }

    /// A place, pointed at by its grip.
    pub(super) fn spot(
        &mut self,
        source: &dyn Source,
        place: &Place<'_>,
        label: &str,
        change: Change,
    ) -> Spot {
        self.spot_of(source, place.grip(), Some(place), label, change)
    }

    /// Bytes of the text, and the place that they stand for if there is one.
    pub(super) fn spot_of(
        &mut self,
        source: &dyn Source,
        span: Span,
        place: Option<&Place<'_>>,
        label: &str,
        change: Change,
    ) -> Spot {
        self.path.clear();
        if let Some(place) = place {
            self.path.push_str(&place.path());
        }
        Spot {
            span,
            start: source.position(span.start),
            end: source.position(span.end),
            path: kept(&mut self.texts, &self.path),
            label: self.text(label),
            change: self.change(change),
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
