//! Runs rules over an input, in one way for everybody: learn, judge, finish.
//!
//! A [`Survey`] looks at every source first, for what objects say for others. The [`Run`] that comes of it
//! judges the sources, in parallel and as they stream past, and ends in an [`Outcome`]. While somebody
//! edits, [`Incremental`] comes to the same.

mod ahead;
mod baseline;
mod checker;
mod coverage;
mod draft;
mod evidence;
mod incremental;
mod judge;
mod outcome;
mod owners;
mod profiles;
mod run;
mod survey;
#[cfg(test)]
pub(crate) mod testing;
mod unread;

pub use crate::inventory::Several;
pub use baseline::{Baseline, Compared, InvalidBaseline};
pub use coverage::{Coverage, Incomplete, Listed};
pub use incremental::Incremental;
pub use outcome::{Outcome, Record, SYSTEM_NAMESPACES, Unread};
pub use run::{Run, check};
pub use survey::Survey;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::Severity;
use crate::ignore::{FileIgnore, Root};
use crate::kubernetes::{Date, Level, MinorVersion};
use crate::lock::Lock;
use crate::rule::Rule;

/// A day on which this version was not made yet. What ended before it is over, whoever asks and whenever.
const MADE: Date = Date { year: 2026, month: 11, day: 1 };

/// What to check, and against what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rules to run.
    pub rules: Vec<&'static Rule>,
    /// The ids that ignores may name, whether or not their rules run.
    pub known_ids: Vec<&'static str>,
    /// The Pod Security level that pods are held to where no Namespace says otherwise.
    pub level: Level,
    /// The Kubernetes version that the objects are meant for.
    pub version: MinorVersion,
    /// The date, as far as it is known: that on which this version was made, or later.
    pub today: Date,
    /// Whether decisions not to count findings are looked for.
    pub reads_ignores: bool,
    /// The decisions of a file.
    pub ignores: Vec<FileIgnore>,
    /// Where the paths that the file names begin.
    pub root: Root,
    /// Severities that somebody gave to rules, by their ids.
    pub severities: BTreeMap<&'static str, Severity>,
    /// What was seen of images; none where nobody looked.
    pub lock: Option<Arc<Lock>>,
}

impl Settings {
    /// Runs these rules, for the restricted level and the newest version.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        let rules: Vec<_> = rules.into_iter().collect();
        Self {
            known_ids: rules.iter().map(|it| it.id).collect(),
            rules,
            level: Level::Restricted,
            version: MinorVersion::NEWEST_KNOWN,
            today: MADE,
            reads_ignores: true,
            ignores: Vec::new(),
            root: Root::default(),
            severities: BTreeMap::new(),
            lock: None,
        }
    }

    /// How bad findings of a rule are: what somebody said of it, else what it says itself.
    pub fn severity_of(&self, rule: &Rule) -> Severity {
        self.severities.get(rule.id).copied().unwrap_or(rule.severity)
    }
}
