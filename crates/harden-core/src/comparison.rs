//! What changed between two checks: what is new, what is gone, and what was there before.
//!
//! A finding is the same as long as its rule, its object's kind, namespace and name, and its fields are: lines,
//! documents, files and folders may move. Equal findings count. One that has lost some of its places is unchanged,
//! one that has gained any is new.

mod earlier;
mod report;
#[cfg(test)]
mod tests;

pub use earlier::{Earlier, Known};
pub use report::{EarlierReport, Incomparable, InvalidReport};

use std::borrow::Cow;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::check::{Incomplete, Outcome};
use crate::finding::{Finding, Identity, Status, spots};

/// What changed since an earlier check.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Findings that count and are new.
    pub new: usize,
    /// Findings that count and were there.
    pub unchanged: usize,
    /// Those of the new ones that were there at some of their places.
    pub grown: usize,
    /// Those of the new ones that somebody had decided not to count.
    pub was_ignored: usize,
    /// Findings that counted then and do not now, in the order in which they were found.
    pub absent: Vec<Absent>,
    /// The ids of rules that did not run then and found something now, which is among the new.
    pub not_run: BTreeSet<Cow<'static, str>>,
    /// What could not be read or checked then, so that what is there may seem new.
    pub incomplete: Vec<Incomplete>,
}

/// A finding that counted then and does not now.
#[derive(Debug, Clone, PartialEq)]
pub struct Absent {
    /// What became of it.
    pub fate: Fate,
    /// What is known of it.
    pub known: Known,
}

/// What became of a finding that counted then and does not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is there no more.
    Gone,
    /// It is there, and somebody decided not to count it.
    Ignored,
    /// Its rule did not run now, or what it was in was not read: nobody knows.
    NotJudged,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gone, Self::Ignored, Self::NotJudged];

    /// Its lower-case name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Ignored => "ignored",
            Self::NotJudged => "not-judged",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Ignored => "ignored now",
            Self::NotJudged => "not judged now",
        }
    }
}

impl Comparison {
    /// How many findings came to this.
    pub fn count(&self, fate: Fate) -> usize {
        self.absent.iter().filter(|it| it.fate == fate).count()
    }
}

impl Earlier {
    /// Says of every finding of a check whether it was there then, and what became of the others. `was_asked` tells
    /// whether a source of this name would be read now if it were there.
    pub fn compare(
        self,
        outcome: &mut Outcome<'_>,
        was_asked: impl Fn(&str) -> bool,
    ) -> Comparison {
        let mut comparison = Comparison::default();
        let mut table = Table::of(&self.known);
        let now: Vec<_> = outcome.findings.iter().map(|it| Now::of(it, outcome)).collect();
        let mut fates: Vec<Option<Status>> = vec![None; now.len()];
        // What is as it was goes first, so that only what differs is paired with what is left.
        for is_near in [true, false] {
            for (it, status) in now.iter().zip(&mut fates).filter(|(_, status)| status.is_none()) {
                if table.take_same(it, it.is_ignored, is_near).is_some() {
                    *status = Some(Status::Unchanged);
                }
            }
        }
        let mut ignored = BTreeSet::new();
        for (it, status) in now.iter().zip(&mut fates).filter(|(_, status)| status.is_none()) {
            let other = table.take_same(it, !it.is_ignored, false);
            *status = Some(match other {
                Some(then) if it.is_ignored => {
                    ignored.insert(then);
                    Status::Unchanged
                }
                Some(_) => {
                    comparison.was_ignored += 1;
                    Status::New
                }
                None if table.take_shrunk(it) => Status::Unchanged,
                None => {
                    comparison.grown += usize::from(!it.is_ignored && table.take_grown(it));
                    Status::New
                }
            });
        }
        let taken = table.taken;
        drop(now);
        for (finding, status) in outcome.findings.iter_mut().zip(fates) {
            finding.status = status;
            if finding.ignored.is_some() {
                continue;
            }
            if finding.is_unchanged() {
                comparison.unchanged += 1;
            } else {
                comparison.new += 1;
                if !self.rules.contains(&*finding.about.id) {
                    comparison.not_run.insert(finding.about.id.clone());
                }
            }
        }
        let unread = self.misses(outcome);
        let ran: BTreeSet<_> = outcome.rules_run().collect();
        let fate = |index: usize, it: &Known| {
            if ignored.contains(&index) {
                Some(Fate::Ignored)
            } else if taken.get(index) == Some(&true) || it.is_ignored {
                None
            } else if unread || !ran.contains(&*it.rule) || !was_asked(&it.source) {
                Some(Fate::NotJudged)
            } else {
                Some(Fate::Gone)
            }
        };
        let known = self.known.into_iter().enumerate();
        comparison.absent = known
            .filter_map(|(index, known)| Some(Absent { fate: fate(index, &known)?, known }))
            .collect();
        comparison.incomplete = self.incomplete;
        comparison
    }
}

/// A finding of now, as far as it is compared.
struct Now<'a> {
    fingerprint: u64,
    places: Box<[u64]>,
    source: &'a str,
    is_ignored: bool,
}

impl<'a> Now<'a> {
    fn of(finding: &'a Finding, outcome: &'a Outcome<'_>) -> Self {
        let identity = Identity::of(finding);
        Self {
            fingerprint: finding.fingerprint(),
            places: identity.places(spots(&finding.spots)),
            source: outcome.sources.get(finding.source).map_or("", |it| &it.name),
            is_ignored: finding.ignored.is_some(),
        }
    }
}

/// What was known, by how it is looked for; the first that was found is the first that is taken.
struct Table<'k> {
    known: &'k [Known],
    taken: Vec<bool>,
    /// By fingerprint, and whether it was ignored.
    same: FxHashMap<(u64, bool), Vec<usize>>,
    /// The same in a source.
    near: FxHashMap<(u64, bool, &'k str), Vec<usize>>,
    /// Those that counted, by place.
    places: FxHashMap<u64, Vec<usize>>,
}

impl<'k> Table<'k> {
    fn of(known: &'k [Known]) -> Self {
        let mut table = Self {
            known,
            taken: vec![false; known.len()],
            same: FxHashMap::default(),
            near: FxHashMap::default(),
            places: FxHashMap::default(),
        };
        for (index, it) in known.iter().enumerate().rev() {
            let key = (it.fingerprint, it.is_ignored);
            table.same.entry(key).or_default().push(index);
            table.near.entry((key.0, key.1, &it.source)).or_default().push(index);
            for place in it.places.iter().filter(|_| !it.is_ignored) {
                table.places.entry(*place).or_default().push(index);
            }
        }
        table
    }

    /// Takes the same finding, of the same source if it is to be near.
    fn take_same(&mut self, now: &Now<'k>, ignored: bool, is_near: bool) -> Option<usize> {
        let left = if is_near {
            self.near.get_mut(&(now.fingerprint, ignored, now.source))
        } else {
            self.same.get_mut(&(now.fingerprint, ignored))
        };
        let index = top(left?, &self.taken)?;
        *self.taken.get_mut(index)? = true;
        Some(index)
    }

    /// Takes a finding that had all places of this one, and others.
    fn take_shrunk(&mut self, now: &Now<'_>) -> bool {
        let holds = |it: &Known| now.places.iter().all(|place| it.places.contains(place));
        now.places.first().is_some_and(|it| self.take_at(*it, holds))
    }

    /// Takes a finding that had some places of this one, and no others.
    fn take_grown(&mut self, now: &Now<'_>) -> bool {
        let is_within = |it: &Known| it.places.iter().all(|place| now.places.contains(place));
        now.places.iter().any(|it| self.take_at(*it, is_within))
    }

    fn take_at(&mut self, place: u64, fits: impl Fn(&Known) -> bool) -> bool {
        let left = self.places.get_mut(&place);
        let index = left.and_then(|it| top(it, &self.taken));
        let index = index.filter(|it| self.known.get(*it).is_some_and(fits));
        if let Some(taken) = index.and_then(|it| self.taken.get_mut(it)) {
            *taken = true;
        }
        index.is_some()
    }
}

/// The last of these that nobody has taken.
fn top(left: &mut Vec<usize>, taken: &[bool]) -> Option<usize> {
    while left.last().is_some_and(|it| taken.get(*it) == Some(&true)) {
        left.pop();
    }
    left.last().copied()
}
