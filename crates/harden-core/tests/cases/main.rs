//! Small inputs that were once judged wrong, held to what upstream or a real API server says of them.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and says what it skips"
)]

mod admission;
mod configuration;
mod corrections;
mod external_secrets;
mod ignores;
mod kustomize;
mod nearness;
mod network;
mod opening;
mod rbac;
mod resources;
mod schema;
mod secrets;
mod unread;
mod validation;
mod versions;
mod workload;

use std::fs;

use harden_core::check::{Outcome, Settings, Survey};
use harden_core::kubernetes::MinorVersion;
use harden_core::rules;
use harden_core::source::Source;

/// A finding as a test reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) rule: String,
    /// The severity in lower case, e.g. `high`.
    pub(crate) severity: String,
    /// `Kind/name`, or nothing for text that is no object.
    pub(crate) object: String,
    /// The fields that it points at.
    pub(crate) paths: Vec<String>,
    pub(crate) message: String,
    /// The lines that it points at, from 1.
    pub(crate) lines: Vec<u32>,
}

/// The texts of these cases, files or folders with all their files in the order of their names; `None`, with a
/// loud line, where the folder of the cases is not there.
pub(crate) fn texts(names: &[&str]) -> Option<Vec<(String, String)>> {
    let folder = harness::Need::Cases.folder()?;
    let mut texts = Vec::new();
    for name in names {
        let path = folder.join(name);
        let mut files = vec![path.clone()];
        if path.is_dir() {
            files = fs::read_dir(&path).unwrap().map(|it| it.unwrap().path()).collect();
            files.sort();
        }
        for file in files {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            texts.push((name, fs::read_to_string(&file).unwrap()));
        }
    }
    Some(texts)
}

/// What all rules say of sources, for servers of this version; and the outcome that they come from.
pub(crate) fn outcome_at(
    version: MinorVersion,
    texts: &[(String, String)],
) -> (Vec<Verdict>, Outcome<'_>) {
    let mut settings = Settings::new(rules::all());
    settings.version = version;
    let sources: Vec<_> =
        texts.iter().map(|(name, text)| Source::new(name.clone(), text.as_str())).collect();
    let mut survey = Survey::new(settings);
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    let outcome = run.finish();
    let verdicts = outcome.findings.iter().filter(|it| it.ignored.is_none()).map(|it| Verdict {
        rule: it.about.id.to_string(),
        severity: it.about.severity.name().to_owned(),
        object: it
            .object
            .as_ref()
            .map_or(String::new(), |object| format!("{}/{}", object.kind, object.name)),
        paths: it.spots.iter().map(|spot| spot.path.to_string()).collect(),
        message: it.message.to_string(),
        lines: it.spots.iter().map(|spot| spot.start.line).collect(),
    });
    (verdicts.collect(), outcome)
}

/// What all rules say of these cases, for servers of the newest version.
pub(crate) fn verdicts(names: &[&str]) -> Option<Vec<Verdict>> {
    let texts = texts(names)?;
    Some(outcome_at(MinorVersion::NEWEST_KNOWN, &texts).0)
}

/// Those of one rule.
pub(crate) fn of<'v>(verdicts: &'v [Verdict], rule: &str) -> Vec<&'v Verdict> {
    verdicts.iter().filter(|it| it.rule == rule).collect()
}
