//! What a finding wants of its text, as values: whoever has the text can make it.

use std::sync::Arc;

use harden_yaml::{Change, Edit, Pointer};
use rustc_hash::FxHashSet;

use super::{Choice, DECISION, Fate};
use crate::finding::{Companion, Finding, Mend, Safety};
use crate::kubernetes::MinorVersion;

/// What a finding wants of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The finding, by its place in the outcome.
    pub finding: usize,
    /// Whether it can be done without a thought.
    pub safety: Safety,
    /// [`Fate::Made`] where it is to be made; otherwise why not, and then there is nothing else.
    pub fate: Fate,
    /// The document of the text that the finding is in.
    pub document: usize,
    /// The fields that are mended, as the finding's spots name them, each with what to change for it.
    pub changes: Vec<(Arc<str>, Change)>,
    /// The fields that take a decision.
    pub undecided: Vec<Arc<str>>,
    /// The fields whose change would change, too, what an ignored finding is about.
    pub ignored: Vec<Arc<str>>,
    /// The objects that it wants beside its own.
    pub wanted: Option<Wanted>,
    /// The user that containers run as which must not run as root and name none.
    pub user: Option<i64>,
}

/// Objects that a finding wants beside its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Which.
    pub what: Vec<Companion>,
    /// The namespace that they are for.
    pub namespace: String,
    /// The kind of the finding's object.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The Kubernetes version that they are made for.
    pub version: MinorVersion,
    /// Whether they are for nothing where none of the finding's edits is made.
    pub goes_with_edits: bool,
}

impl Plan {
    /// What a finding wants, by its place in the outcome; `None` for one that is not to be mended.
    pub fn of(place: usize, finding: &Finding, choice: &Choice<'_>) -> Option<Self> {
        if finding.ignored.is_some() || !(choice.wants)(place, finding) {
            return None;
        }
        let mut plan = Self {
            finding: place,
            safety: finding.safety(),
            fate: intention(finding, choice.safe_only),
            document: finding.document as usize,
            changes: Vec::new(),
            undecided: Vec::new(),
            ignored: Vec::new(),
            wanted: Wanted::of(finding, choice.version),
            user: choice.user,
        };
        if plan.fate != Fate::Made {
            return Some(Self { wanted: None, ..plan });
        }
        let is_by_edits = !matches!(finding.about.mend, Mend::Objects(_));
        for spot in &finding.spots {
            let edits = finding.edits_at(spot);
            if !edits.is_empty() {
                plan.changes.push((Arc::clone(&spot.path), Change { edits }));
            } else if is_by_edits {
                plan.undecided.push(Arc::clone(&spot.path));
            }
        }
        Some(plan)
    }

    /// What findings of one text want, the first of which is at this place in the outcome.
    pub fn all(first: usize, findings: &[Finding], choice: &Choice<'_>) -> Vec<Self> {
        let numbered = (first..).zip(findings);
        let mut plans: Vec<_> =
            numbered.filter_map(|(place, it)| Self::of(place, it, choice)).collect();
        let ignored = findings.iter().filter(|it| it.ignored.is_some());
        let left = ignored.flat_map(|it| it.spots.iter().flat_map(|spot| it.edits_at(spot)));
        let left: FxHashSet<_> = left.map(|it| (it.document, it.pointer)).collect();
        if !left.is_empty() {
            plans.iter_mut().for_each(|it| it.leave(&left));
        }
        plans
    }

    /// Leaves out what would be changed at these places.
    fn leave(&mut self, left: &FxHashSet<(usize, Pointer)>) {
        let changes = std::mem::take(&mut self.changes);
        for (path, change) in changes {
            let touches = |it: &Edit| left.contains(&(it.document, it.pointer.clone()));
            if change.edits.iter().any(touches) {
                self.ignored.push(path);
            } else {
                self.changes.push((path, change));
            }
        }
    }
}

/// What is to become of the fix of a finding that counts.
pub fn intention(finding: &Finding, safe_only: bool) -> Fate {
    let has_edits = finding.has_edits();
    match finding.about.mend {
        Mend::ByHand(decision) if !has_edits => Fate::ByHand(decision),
        Mend::Safe | Mend::WithThought | Mend::Both(_) if !has_edits => Fate::ByHand(DECISION),
        Mend::Objects(_) if finding.namespace().is_none() => Fate::ByHand(DECISION),
        _ if safe_only && finding.safety() != Safety::Safe => Fate::Left,
        _ => Fate::Made,
    }
}

impl Wanted {
    /// What a finding wants; nothing where its object does not say enough.
    pub fn of(finding: &Finding, version: MinorVersion) -> Option<Self> {
        let what = finding.about.mend.companions();
        let object = finding.object.as_deref().filter(|_| !what.is_empty())?;
        let goes_with_edits = matches!(finding.about.mend, Mend::Both(_));
        let namespace = finding.namespace().unwrap_or_default().to_owned();
        let says_enough = if goes_with_edits { finding.has_edits() } else { !namespace.is_empty() };
        if !says_enough {
            return None;
        }
        let (kind, name) = (object.kind.clone(), object.name.clone());
        Some(Self { what: what.to_vec(), namespace, kind, name, version, goes_with_edits })
    }
}
