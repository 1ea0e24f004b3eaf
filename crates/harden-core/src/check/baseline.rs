//! Findings that were there before, so that only new ones count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// How many findings of each fingerprint are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: String,
    findings: BTreeMap<String, usize>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum InvalidBaseline {
    /// It has another form.
    #[error("it is no baseline")]
    Form(#[from] serde_json::Error),
    /// It is of a version of this program with other baselines.
    #[error("it is a baseline of version {0}; make it again with --write-baseline")]
    Version(String),
}

const VERSION: &str = "v1";

impl Baseline {
    /// Reads what [`Baseline::to_json`] wrote.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseline> {
        let baseline: Self = serde_json::from_str(text)?;
        if baseline.version == VERSION {
            Ok(baseline)
        } else {
            Err(InvalidBaseline::Version(baseline.version))
        }
    }

    /// What these findings come to, those that are ignored left out.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for finding in findings.iter().filter(|it| it.ignored.is_none()) {
            *counts.entry(key(&finding.about.id, finding.fingerprint())).or_default() += 1;
        }
        Self { version: VERSION.to_owned(), findings: counts }
    }

    /// The text of its file.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        text + "\n"
    }

    /// Whether a finding is known and was not taken as often as it is known.
    pub(crate) fn take(&mut self, rule: &str, fingerprint: u64) -> bool {
        match self.findings.get_mut(&key(rule, fingerprint)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Leaves only the findings that are not known; those that are ignored stay. `ran` tells whether a rule of
    /// this id ran: what others would have found is not gone.
    pub fn subtract(mut self, findings: &mut Vec<Finding>, ran: impl Fn(&str) -> bool) -> Compared {
        let mut hidden = 0;
        let mut is_known = |it: &Finding| self.take(&it.about.id, it.fingerprint());
        findings.retain(|it| {
            let is_hidden = it.ignored.is_none() && is_known(it);
            hidden += usize::from(is_hidden);
            !is_hidden
        });
        // What is ignored by now is still there.
        findings.iter().filter(|it| it.ignored.is_some()).for_each(|it| {
            is_known(it);
        });
        let left = self.findings.iter();
        let left = left.filter(|(key, _)| key.split_once('/').is_some_and(|(id, _)| ran(id)));
        Compared { hidden, gone: left.map(|(_, count)| count).sum() }
    }
}

/// What of a baseline is still there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Findings that are known.
    pub hidden: usize,
    /// Known findings that are there no more.
    pub gone: usize,
}

fn key(rule: &str, fingerprint: u64) -> String {
    format!("{rule}/{fingerprint:016x}")
}
