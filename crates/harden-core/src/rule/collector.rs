//! Findings as they come, with the texts and remedies that many of them share kept once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault};
use std::sync::Arc;

use harden_yaml::{Action, Place, Span, Way};
use rustc_hash::{FxHashMap, FxHasher};

use crate::finding::{Evidence, Finding, Remedy, Spot};
use crate::source::Positions;

/// What stands for a key that may be a secret.
const UNSAID: &str = "…";

type Set<T> = HashSet<Arc<T>, BuildHasherDefault<FxHasher>>;

/// What was found so far, by all rules.
#[derive(Debug, Default)]
pub struct Collector {
    findings: Vec<Finding>,
    interner: Interner,
    /// The spots of the finding that is being put together.
    spots: Vec<Spot>,
    /// Keys on the ways to them that its message must not repeat.
    unsaid: Vec<String>,
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

    /// Adds a place to the finding that is being put together, pointed at by its grip, and named as seen from
    /// `base`, which is above.
    pub(super) fn add(
        &mut self,
        text: &dyn Positions,
        base: Place<'_>,
        place: Place<'_>,
        label: &str,
        action: Option<Action>,
    ) {
        self.add_span(text, place.grip(), place.way_from(&base).as_ref(), label, action);
    }

    /// Says what must be done with the remedy of the place that was added last, at places below `base`.
    pub(super) fn add_along(&mut self, base: Place<'_>, along: &[(Place<'_>, Action)]) {
        let last = self.spots.last_mut().and_then(|it| it.remedy.as_mut());
        if let Some(remedy) = last.filter(|_| !along.is_empty()) {
            let along = remedies(base, along).collect();
            *remedy = self.interner.together(Remedy { along, ..Remedy::clone(remedy) });
        }
    }

    /// Says what is known of what the remedy of the place that was added last changes.
    pub(super) fn add_evidence(&mut self, evidence: Evidence) {
        if let Some(remedy) = self.spots.last_mut().and_then(|it| it.remedy.as_mut()) {
            let known = Remedy { evidence: Some(evidence), ..Remedy::clone(remedy) };
            *remedy = self.interner.together(known);
        }
    }

    /// Says that the place that was added last is mended by edits elsewhere, at places below `base`.
    pub(super) fn add_elsewhere(&mut self, base: Place<'_>, edits: &[(Place<'_>, Action)]) {
        let mut edits = remedies(base, edits);
        if let (Some(spot), Some(first)) = (self.spots.last_mut(), edits.next()) {
            spot.remedy = Some(self.interner.together(Remedy { along: edits.collect(), ..first }));
        }
    }

    /// Adds bytes of the text, and the way to the place that they stand for if there is one.
    pub(super) fn add_span(
        &mut self,
        text: &dyn Positions,
        span: Span,
        way: Option<&Way<'_>>,
        label: &str,
        action: Option<Action>,
    ) {
        let keys = way.into_iter().flat_map(Way::doubtful_keys);
        self.unsaid.extend(keys.filter(|it| !it.trim().is_empty()).map(str::to_owned));
        self.spots.push(self.interner.spot(text, span, way, label, action));
    }

    /// The message of the finding that is being put together, without keys that may be secret.
    pub(super) fn message(&mut self, message: &str) -> Arc<str> {
        let said = self.unsaid.drain(..).fold(Cow::Borrowed(message), |message, key| {
            if message.contains(&key) { message.replace(&key, UNSAID).into() } else { message }
        });
        self.interner.text(&said)
    }

    /// The spots that were added, in just as much memory as they need: there may be many findings.
    pub(super) fn take_spots(&mut self) -> Box<[Spot]> {
        self.spots.drain(..).collect()
    }
}

/// The texts and remedies that findings share.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Set<str>,
    /// By the paths of their spots, which say the same as their pointers: by where the one copy of each is, and a
    /// hash of what is done there.
    remedies: FxHashMap<(usize, u64), Vec<Arc<Remedy>>>,
    /// Those with others along.
    together: Set<Remedy>,
    /// Where paths are written before it is known whether they are new.
    path: String,
}

impl Interner {
    fn text(&mut self, text: &str) -> Arc<str> {
        kept(&mut self.texts, text)
    }

    fn remedy(&mut self, path: &Arc<str>, way: &Way<'_>, action: Action) -> Option<Arc<Remedy>> {
        let hash = BuildHasherDefault::<FxHasher>::default().hash_one(&action);
        let known = self.remedies.entry((path.as_ptr().addr(), hash)).or_default();
        if let Some(known) = known.iter().find(|it| it.action == action) {
            return Some(Arc::clone(known));
        }
        let new =
            Arc::new(Remedy { pointer: way.pointer()?, action, along: Vec::new(), evidence: None });
        known.push(Arc::clone(&new));
        Some(new)
    }

    /// The one copy of a remedy with others along.
    fn together(&mut self, remedy: Remedy) -> Arc<Remedy> {
        if let Some(known) = self.together.get(&remedy) {
            return Arc::clone(known);
        }
        let new = Arc::new(remedy);
        self.together.insert(Arc::clone(&new));
        new
    }

    fn spot(
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
        let mut path = kept(&mut self.texts, &self.path);
        let remedy = action.and_then(|action| self.remedy(&path, way?, action));
        if let Some(way) = way.filter(|it| it.doubtful_keys().next().is_some()) {
            self.path.clear();
            way.without_doubtful_keys(UNSAID).write_path(&mut self.path);
            path = kept(&mut self.texts, &self.path);
        }
        let (start, end) = text.positions(span);
        Spot { span, start, end, path, label: self.text(label), remedy }
    }
}

fn remedies<'e>(
    base: Place<'e>,
    edits: &'e [(Place<'e>, Action)],
) -> impl Iterator<Item = Remedy> + use<'e> {
    edits.iter().filter_map(move |(place, action)| {
        let (pointer, action) = (place.way_from(&base)?.pointer()?, action.clone());
        Some(Remedy { pointer, action, along: Vec::new(), evidence: None })
    })
}

fn kept(texts: &mut Set<str>, wanted: &str) -> Arc<str> {
    if let Some(known) = texts.get(wanted) {
        return Arc::clone(known);
    }
    let new: Arc<str> = wanted.into();
    texts.insert(Arc::clone(&new));
    new
}
