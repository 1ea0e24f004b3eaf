//! Mends findings in their texts: chooses fixes, makes them, and proves what they come to.

mod companions;
mod demands;
mod diff;
mod existing;
mod json;
pub mod patch;
mod pin;
mod plan;
mod previews;
mod proof;
mod rounds;
mod summary;
mod templates;
mod text;
mod user;

pub use diff::{CONTEXT, Hunk, Line, Sign, hunks, unified};
pub use existing::Existing;
pub use json::to_json;
pub use pin::{NoPin, Pinned, Unpinned, pin};
pub use plan::{Plan, Wanted, intention};
pub use previews::Previews;
pub use proof::{LevelChange, Proof};
pub use rounds::{Hidden, ROUNDS, fix_in_rounds, mended};
pub use summary::{Counts, Story};
pub use templates::Advice;
pub use text::{FixedText, make};

use std::fmt;

use harden_yaml::Refusal;

use crate::check::Outcome;
use crate::finding::{Finding, Safety};
use crate::kubernetes::MinorVersion;

/// Which findings are mended, and for whom.
#[derive(Clone, Copy)]
pub struct Choice<'c> {
    /// Whether only what is safe is done.
    pub safe_only: bool,
    /// Whether a finding is among those to mend, by its place in the outcome.
    pub wants: &'c (dyn Fn(usize, &Finding) -> bool + Sync),
    /// The Kubernetes version that further objects are made for.
    pub version: MinorVersion,
    /// The objects of the input, so that none is made that is there.
    pub existing: &'c Existing<'c>,
    /// The user that containers run as which must not run as root and name none.
    pub user: Option<i64>,
}

/// What would mend one finding, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The finding, by its place in the outcome.
    pub finding: usize,
    /// Whether it can be done without a thought.
    pub safety: Safety,
    /// The splices of the text that it takes part in, by their places.
    pub splices: Vec<usize>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a fix.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It was made.
    Made,
    /// It was made at some of the finding's spots; of the others why not.
    Partly(Vec<Refused>),
    /// It was not made.
    Refused(Vec<Refused>),
    /// There is none: it takes a decision, which the sentence says.
    ByHand(&'static str),
    /// There is one, and only what is safe was asked for.
    Left,
}

/// Why a fix was not made at a spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The field, as the finding's spot names it; empty where it is about no field.
    pub path: String,
    /// Why, and what to do by hand.
    pub why: Why,
}

/// Why a fix was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The text cannot be edited there.
    Text(Refusal),
    /// The fix of another finding, by its place in the outcome, wants something else there.
    Excludes(usize),
    /// It changes, too, what another finding is about, and that was ignored.
    Ignored,
    /// This object makes a pod on every node, so that nobody can tell what a ResourceQuota is to admit.
    Nodes(String),
    /// At this spot it takes a decision.
    Decision,
    /// This object mends it, and there is one of that name already.
    There(String),
    /// This object mends it, and a file of JSON takes no further object.
    Json(String),
}

/// What is said where nothing mechanical mends a finding or a spot, although something mends others of the rule.
const DECISION: &str = "what is right here takes a decision";

impl Proposal {
    /// Says what became of it, once it is known what was refused.
    fn conclude(&mut self, refused: Vec<Refused>) {
        self.splices.sort_unstable();
        self.splices.dedup();
        self.fate = match (refused.is_empty(), self.splices.is_empty()) {
            (true, _) => Fate::Made,
            (false, false) => Fate::Partly(refused),
            (false, true) => Fate::Refused(refused),
        };
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(refusal) => write!(f, "{refusal}"),
            Self::Excludes(_) => {
                f.write_str("another fix wants something else there: make one of the two by hand")
            }
            Self::Ignored => {
                f.write_str("it changes what another finding is about, too, and that is ignored")
            }
            Self::There(object) => {
                write!(f, "{object} is there already, and does not mend it: change that by hand")
            }
            Self::Nodes(object) => {
                write!(
                    f,
                    "{object} has as many pods as there are nodes for it: make a ResourceQuota that admits them by \
                     hand"
                )
            }
            Self::Decision => f.write_str(DECISION),
            Self::Json(object) => {
                write!(
                    f,
                    "a file of JSON takes no further object: make {object} in a file of its own"
                )
            }
        }
    }
}

/// Mends what was found, in every text that is at hand; texts without a finding to mend are left out.
pub fn fix(outcome: &Outcome<'_>, choice: &Choice<'_>) -> Vec<FixedText> {
    let mut parts = Vec::new();
    let mut first = 0;
    for findings in outcome.findings.chunk_by(|one, other| one.source == other.source) {
        let source = findings.first().map_or(0, |it| it.source);
        let text = outcome.sources.get(source).and_then(|it| it.text.as_deref());
        parts.extend(text.map(|text| (source, text, (first, findings))));
        first += findings.len();
    }
    let mend = |(source, text, findings): (usize, &str, (usize, &[Finding]))| {
        text::mend(source, text, findings, choice)
    };
    let mut fixed = each(parts, mend);
    fixed.retain(|it| !it.proposals.is_empty());
    fixed
}

/// Does something with each of several, on all cores.
#[cfg(feature = "parallel")]
fn each<T: Send, R: Send>(all: Vec<T>, act: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;

    all.into_par_iter().map(act).collect()
}

/// Does something with each of several.
#[cfg(not(feature = "parallel"))]
fn each<T, R>(all: Vec<T>, act: impl Fn(T) -> R) -> Vec<R> {
    all.into_iter().map(act).collect()
}
