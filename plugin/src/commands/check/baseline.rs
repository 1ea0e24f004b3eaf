//! Findings that were there before, so that only new ones count.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use harden_core::finding::Finding;
use serde::{Deserialize, Serialize};

use crate::deliver::folder;

/// How many findings of each fingerprint are known.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    version: String,
    findings: BTreeMap<String, usize>,
}

const VERSION: &str = "v1";

impl Baseline {
    /// Reads a file that [`Baseline::write`] wrote.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        let baseline: Self = serde_json::from_str(&text)
            .with_context(|| format!("{} is no baseline", path.display()))?;
        if baseline.version != VERSION {
            bail!(
                "{} is a baseline of version {}; make it again with --write-baseline",
                path.display(),
                baseline.version
            );
        }
        Ok(baseline)
    }

    /// What these findings come to, those that are ignored left out.
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for finding in findings.iter().filter(|it| it.ignored.is_none()) {
            *counts.entry(key(finding)).or_default() += 1;
        }
        Self { version: VERSION.to_owned(), findings: counts }
    }

    /// Puts it into a file, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        folder::replace(path, &text)
            .with_context(|| format!("failed to write {}", path.display()))?;
        Ok(())
    }

    /// Leaves only the findings that are not known.
    pub(super) fn subtract(mut self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut is_new = |finding: &Finding| match self.findings.get_mut(&key(finding)) {
            Some(count) if *count > 0 && finding.ignored.is_none() => {
                *count -= 1;
                false
            }
            _ => true,
        };
        findings.into_iter().filter(|it| is_new(it)).collect()
    }
}

fn key(finding: &Finding) -> String {
    format!("{}/{:016x}", finding.about.id, finding.fingerprint())
}
