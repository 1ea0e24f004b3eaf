//! What a check of the Pod Security Standards is, and what it finds.

use harden_yaml::{Action, Place};
use serde_json::Value;
use strsim::osa_distance;

use super::{Pod, SecurityContext};
use crate::kubernetes::{Level, MinorVersion};

/// One control of the Pod Security Standards, as upstream defines it.
#[derive(Debug)]
pub struct Check {
    /// Upstream's identifier, such as `hostPathVolumes`.
    pub id: &'static str,
    /// The lowest level that it belongs to: baseline checks also run at restricted.
    pub level: Level,
    /// What it forbids or requires, as one line.
    pub summary: &'static str,
    /// The fields that it reads; `containers` stands for all three lists of containers.
    pub fields: &'static [&'static str],
    /// Its rules by policy version, oldest first.
    pub revisions: &'static [Revision],
}

impl Check {
    /// The rules that apply in a policy version; none when the check is younger.
    pub fn revision(&self, version: MinorVersion) -> Option<&'static Revision> {
        self.revisions.iter().rev().find(|revision| revision.since <= version)
    }
}

/// The rules of a check from a policy version on.
#[derive(Debug)]
pub struct Revision {
    /// The first policy version with these rules.
    pub since: MinorVersion,
    /// The rules.
    pub evaluate: Evaluate,
    /// Baseline checks that are skipped at level restricted because this one includes them.
    pub overrides: &'static [&'static str],
}

impl Revision {
    /// Rules from `v1.{minor}` on that override nothing.
    pub(crate) const fn since(minor: u16, evaluate: Evaluate) -> Self {
        Self { since: MinorVersion(minor), evaluate, overrides: &[] }
    }

    /// The same rules, replacing baseline checks at level restricted.
    pub(crate) const fn overriding(mut self, checks: &'static [&'static str]) -> Self {
        self.overrides = checks;
        self
    }
}

/// Judges a pod; none when it is allowed. It allocates only for pods that are not.
pub type Evaluate = for<'d> fn(&Pod<'d>) -> Option<Violation<'d>>;

/// Why a check forbids a pod.
#[derive(Debug, Clone)]
pub struct Violation<'d> {
    /// What is wrong in few words, such as `hostPort`.
    pub reason: &'static str,
    /// Who does it and how, in upstream's words.
    pub detail: String,
    /// Where, and what would satisfy the check.
    pub faults: Vec<Fault<'d>>,
}

/// A check that forbids a pod, and why.
#[derive(Debug, Clone)]
pub struct CheckFailure<'d> {
    /// The check.
    pub check: &'static Check,
    /// What is wrong in few words, such as `hostPort`.
    pub reason: &'static str,
    /// Who does it and how, in upstream's words.
    pub detail: String,
    /// Where, and what would satisfy the check.
    pub faults: Vec<Fault<'d>>,
}

/// A place that a check objects to; it may be missing.
#[derive(Debug, Clone)]
pub struct Fault<'d> {
    /// The field that is wrong, or that must be there.
    pub place: Place<'d>,
    /// What would satisfy the check; `None` where no value suits every workload, and it takes a
    /// decision such as another kind of volume.
    pub change: Option<Action>,
    /// What must change with it elsewhere in the pod, which the API server would refuse without.
    pub along: Vec<(Place<'d>, Action)>,
}

impl<'d> Fault<'d> {
    pub(crate) fn set(place: Place<'d>, value: impl Into<Value>) -> Self {
        Self { place, change: Some(Action::set(value)), along: Vec::new() }
    }

    /// One that goes with the field, the annotation or the item.
    pub(crate) fn remove(place: Place<'d>) -> Self {
        Self { place, change: Some(Action::Remove), along: Vec::new() }
    }

    pub(crate) fn decide(place: Place<'d>) -> Self {
        Self { place, change: None, along: Vec::new() }
    }

    /// One of a seccomp or AppArmor profile, which becomes the runtime's own: only one on the node has a file. What
    /// is no profile, but may mean another one, is to be decided.
    pub(crate) fn default_profile(context: &SecurityContext<'d>, profile: &'d str) -> Self {
        let profile = context.field(profile);
        let (kind, file) = (profile.at("type"), profile.at("localhostProfile"));
        if may_mean(kind, &["Localhost", "Unconfined"]) {
            return Self::decide(kind);
        }
        Self::set(kind, "RuntimeDefault").with(file.exists().then_some((file, Action::Remove)))
    }

    /// One of a word that becomes another one. What may mean neither is to be decided.
    pub(crate) fn set_word(place: Place<'d>, wanted: &str, others: &[&str]) -> Self {
        if may_mean(place, others) { Self::decide(place) } else { Self::set(place, wanted) }
    }

    /// The same with something that must change along.
    pub(crate) fn with(mut self, along: impl IntoIterator<Item = (Place<'d>, Action)>) -> Self {
        self.along.extend(along);
        self
    }

    /// The same as something to decide, in a pod for Windows: there the API server refuses the field.
    pub(crate) fn on_linux(self, pod: &Pod<'d>) -> Self {
        if pod.is_windows { Self::decide(self.place) } else { self }
    }
}

/// Whether a word is none of these, but nearly: the API server refuses it, and it may mean one of them.
fn may_mean(place: Place<'_>, words: &[&str]) -> bool {
    /// So many letters may be wrong.
    const MOST: usize = 2;
    let text = place.as_str().unwrap_or_default();
    let is_near = |word: &&str| {
        text.eq_ignore_ascii_case(word)
            || text.len().abs_diff(word.len()) <= MOST && osa_distance(text, word) <= MOST
    };
    !words.contains(&text) && words.iter().any(is_near)
}
