//! What fixes came to: the same check again, held against the one before.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Fate, FixedText};
use crate::check::Outcome;
use crate::finding::Finding;
use crate::kubernetes::Level;
use crate::object::ObjectReference;

/// What fixes came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The levels of all pods and pod templates, in the order of the input.
    pub levels: Vec<LevelChange>,
    /// Findings of the check before whose fixes were made, and which are there all the same.
    pub unmended: Vec<usize>,
    /// Findings of the check after, which were not there before.
    pub new: Vec<usize>,
}

/// The highest Pod Security level that a pod meets, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// The pod, or the object with its template.
    pub object: Arc<ObjectReference>,
    /// The file that it is in.
    pub file: Arc<str>,
    /// As it was.
    pub before: Level,
    /// As it is mended.
    pub after: Level,
}

/// What tells findings of one kind about one object from all others, however the object was changed: rule,
/// source, document and the way to the object in it.
pub(super) type Key<'f> = (&'f str, usize, u32, &'f str);

pub(super) fn key(finding: &Finding) -> Key<'_> {
    let pointer = finding.object.as_ref().map_or("", |it| it.pointer.as_str());
    (&finding.about.id, finding.source, finding.document, pointer)
}

/// How many findings have one key.
#[derive(Debug, Default)]
struct Count {
    before: usize,
    /// Those of them whose fixes were made.
    made: usize,
    after: usize,
}

impl Count {
    fn is_unmended(&self) -> bool {
        self.after > self.before.saturating_sub(self.made)
    }
}

impl Proof {
    /// Holds the check of what was mended against the check before; both saw the same sources in the same order.
    pub fn new(before: &Outcome<'_>, after: &Outcome<'_>, fixed: &[FixedText]) -> Self {
        let made = fixed.iter().flat_map(|it| &it.proposals).filter(|it| it.fate == Fate::Made);
        let mut is_made = vec![false; before.findings.len()];
        for proposal in made {
            is_made.get_mut(proposal.finding).into_iter().for_each(|it| *it = true);
        }
        let mut counts: FxHashMap<_, Count> = FxHashMap::default();
        for (finding, is_made) in before.findings.iter().zip(&is_made) {
            if finding.ignored.is_none() {
                let count = counts.entry(key(finding)).or_default();
                count.before += 1;
                count.made += usize::from(*is_made);
            }
        }
        let (mut new, mut some_unmended) = (Vec::new(), false);
        for (place, finding) in after.findings.iter().enumerate() {
            if finding.ignored.is_none() {
                let count = counts.entry(key(finding)).or_default();
                count.after += 1;
                if count.after > count.before {
                    new.push(place);
                }
                some_unmended |= count.made > 0 && count.is_unmended();
            }
        }
        let mut unmended = Vec::new();
        if some_unmended {
            let made = before.findings.iter().zip(&is_made).enumerate().filter(|(_, it)| *it.1);
            let is_there =
                |finding: &Finding| counts.get(&key(finding)).is_some_and(Count::is_unmended);
            unmended.extend(made.filter(|(_, it)| is_there(it.0)).map(|(place, _)| place));
        }
        Self { levels: levels(before, after), unmended, new }
    }

    /// The pods that do not reach a level.
    pub fn below(&self, level: Level) -> impl Iterator<Item = &LevelChange> {
        self.levels.iter().filter(move |it| it.after < level)
    }
}

fn levels(before: &Outcome<'_>, after: &Outcome<'_>) -> Vec<LevelChange> {
    let sources = before.sources.iter().zip(&after.sources);
    let pods = sources.flat_map(|(before, after)| before.pods.iter().zip(&after.pods));
    pods.filter_map(|(before, after)| {
        let (object, file) = (Arc::clone(&before.object), Arc::clone(&before.file));
        Some(LevelChange { object, file, before: before.level?, after: after.level? })
    })
    .collect()
}
