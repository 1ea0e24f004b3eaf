//! What an earlier check found, as far as it is compared.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::{Baseline, Incomplete, Outcome};
use crate::finding::{Finding, Identity, ObjectReference, Severity, spots};

/// What an earlier check found: hashes and a title of each finding, and no texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Earlier {
    /// In the order in which they were found.
    pub(super) known: Vec<Known>,
    /// The ids of the rules that ran.
    pub(super) rules: BTreeSet<String>,
    /// What could not be read or checked.
    pub(super) incomplete: Vec<Incomplete>,
    /// How many documents could not be read.
    pub(super) broken: usize,
    /// How many paths were left out.
    pub(super) excluded: usize,
}

/// A finding of an earlier check.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// What [`Finding::fingerprint`] was.
    pub fingerprint: u64,
    /// The hash of each place.
    pub(super) places: Box<[u64]>,
    /// Whether somebody had decided not to count it.
    pub(super) is_ignored: bool,
    /// The id of its rule.
    pub rule: Cow<'static, str>,
    /// How bad it was.
    pub severity: Severity,
    /// What was wrong.
    pub message: Arc<str>,
    /// What it was in.
    pub source: Arc<str>,
    /// Its first line and column there, from 1; zeros where it had none.
    pub start: (u32, u32),
    /// The object that it was about.
    pub object: Option<Arc<ObjectReference>>,
}

impl Earlier {
    /// What a check found. Rules that were not chosen then did not run.
    pub fn of(outcome: &Outcome<'_>) -> Self {
        Self {
            known: outcome.findings.iter().map(|it| Known::of(it, outcome)).collect(),
            rules: outcome.rules_run().map(str::to_owned).collect(),
            incomplete: outcome.incomplete.clone(),
            broken: outcome.coverage.broken,
            excluded: outcome.coverage.excluded,
        }
    }

    /// What a check by these rules found where there was nothing.
    pub fn nothing<'r>(rules: impl IntoIterator<Item = &'r str>) -> Self {
        Self { rules: rules.into_iter().map(str::to_owned).collect(), ..Self::default() }
    }

    /// Notes what else could not be read.
    pub fn note(&mut self, incomplete: Incomplete) {
        self.incomplete.push(incomplete);
    }

    /// Leaves out what a baseline holds, as it is left out of the check that this is compared with.
    pub fn subtract(&mut self, mut baseline: Baseline) {
        self.known.retain(|it| it.is_ignored || !baseline.take(&it.rule, it.fingerprint));
    }

    /// Whether something was not read now that was read then.
    pub(super) fn misses(&self, now: &Outcome<'_>) -> bool {
        let was_unread = |what: &str| self.incomplete.iter().any(|it| it.what == what);
        now.coverage.broken > self.broken
            || now.coverage.excluded > self.excluded
            || now.incomplete.iter().any(|it| !was_unread(&it.what))
    }
}

impl Known {
    fn of(finding: &Finding, outcome: &Outcome<'_>) -> Self {
        let source = outcome.sources.get(finding.source);
        let start = finding.spots.first().map_or((0, 0), |it| (it.start.line, it.start.column));
        Self {
            fingerprint: finding.fingerprint(),
            places: Identity::of(finding).places(spots(&finding.spots)),
            is_ignored: finding.ignored.is_some(),
            rule: finding.about.id.clone(),
            severity: finding.about.severity,
            message: Arc::clone(&finding.message),
            source: source.map_or_else(|| "".into(), |it| Arc::clone(&it.name)),
            start,
            object: finding.object.clone(),
        }
    }

    /// `k8s/web.yaml:12:9`, or the name alone for a finding without a place.
    pub fn location(&self) -> String {
        match self.start {
            (0, _) => self.source.to_string(),
            (line, column) => format!("{}:{line}:{column}", self.source),
        }
    }
}
