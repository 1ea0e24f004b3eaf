//! `.kubectl-harden.yaml`: settings and ignores that a repository keeps.

mod below;
mod entry;
mod error;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use harden_core::finding::Severity;
use harden_core::kubernetes::{Level, PolicyVersion};
use harden_core::lock::Lock;
use harden_core::report::{Format, Order};
use jiff::civil::Date;
use serde::Deserialize;

use super::Threshold;
use super::exclude::plain;
use super::lock;
use crate::deliver::outputs::OutputFile;
use crate::input;
pub(crate) use entry::Entry;
pub(crate) use words::RuleName;

/// What the file is called.
pub(crate) const NAME: &str = ".kubectl-harden.yaml";

/// The file, as it is written: the options of `check` by their names in camel case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(crate) struct Config {
    pub(crate) recursive: bool,
    /// Paths, from the folder of the file.
    pub(crate) crd: Vec<PathBuf>,
    /// Globs, from the folder of the file.
    pub(crate) exclude: Vec<words::Pattern>,
    #[serde(deserialize_with = "words::level")]
    pub(crate) level: Option<Level>,
    #[serde(deserialize_with = "words::version")]
    pub(crate) kubernetes_version: Option<PolicyVersion>,
    pub(crate) rule: Vec<RuleName>,
    /// Rules that are not run.
    pub(crate) skip: Vec<RuleName>,
    /// How bad findings of a rule are here. A rule that runs on request runs, too.
    pub(crate) severities: BTreeMap<RuleName, words::Grade>,
    #[serde(deserialize_with = "words::severity")]
    pub(crate) min_severity: Option<Severity>,
    #[serde(deserialize_with = "words::format")]
    pub(crate) output: Option<Format>,
    pub(crate) output_file: Vec<words::OutputFile>,
    #[serde(deserialize_with = "words::order")]
    pub(crate) sort: Option<Order>,
    pub(crate) max_findings: Option<usize>,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    #[serde(deserialize_with = "words::threshold")]
    pub(crate) fail_on: Option<Threshold>,
    /// A path, from the folder of the file.
    pub(crate) baseline: Option<PathBuf>,
    /// A path from the folder of the file, or a revision.
    pub(crate) against: Option<String>,
    pub(crate) fail_on_new: bool,
    pub(crate) allow_incomplete: bool,
    /// Decisions not to count findings.
    pub(crate) ignore: Vec<Entry>,
}

/// The file, and where it is.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// What messages call it; `None` where there is none.
    pub(crate) name: Option<String>,
    /// Its folder, from the top of the file system.
    pub(crate) folder: PathBuf,
    pub(crate) config: Config,
    /// What was seen of images, which is in a file of its own.
    pub(crate) lock: Option<Arc<Lock>>,
}

impl File {
    /// Reads the file; without a name, the nearest of this folder and those above it, up to the top of the
    /// repository.
    pub(crate) fn read(name: Option<&Path>) -> anyhow::Result<Self> {
        let found = || find(NAME);
        let Some(path) = name.map(Path::to_owned).or_else(found) else {
            return Ok(Self::default());
        };
        let shown = path.display().to_string();
        let text = input::read_utf8(&path).with_context(|| format!("failed to read {shown}"))?;
        let absolute = plain(&std::path::absolute(&path)?);
        let folder = absolute.parent().map(Path::to_owned).unwrap_or_default();
        let is_empty = text.lines().all(|it| it.trim().is_empty() || it.starts_with('#'));
        let mut config = if is_empty { Config::default() } else { error::read(&shown, &text)? };
        let from_here = path.parent().unwrap_or(Path::new(""));
        config.set_paths(&folder, from_here).with_context(|| shown.clone())?;
        Ok(Self { name: Some(shown), folder, config, lock: None })
    }

    /// The same with the lock that is named, or the nearest.
    pub(crate) fn with_lock(self, name: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self { lock: lock::read(name)?, ..self })
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(NAME)
    }

    /// Takes out the ignores that have ended on this day.
    pub(crate) fn take_expired(&mut self, today: Date) -> Vec<Entry> {
        let ignore = std::mem::take(&mut self.config.ignore);
        let (over, active) = ignore.into_iter().partition(|it| it.is_over(today));
        self.config.ignore = active;
        over
    }
}

impl Config {
    /// Lets the paths of the file begin in its folder, which is called otherwise from here.
    fn set_paths(&mut self, folder: &Path, from_here: &Path) -> anyhow::Result<()> {
        let paths = self.crd.iter_mut().chain(&mut self.baseline);
        paths.for_each(|it| *it = from_here.join(&*it));
        if let Some(old) = &mut self.against {
            let path = from_here.join(&*old);
            // What is no path may be a revision.
            if path.exists() {
                *old = path.to_string_lossy().into_owned();
            }
        }
        for words::OutputFile(OutputFile { path, .. }) in &mut self.output_file {
            if !below::is_below(folder, path) {
                bail!(
                    "outputFile: {} is not below the folder of this file, so only --output-file may name it",
                    path.display()
                );
            }
            *path = from_here.join(&*path);
        }
        Ok(())
    }
}

/// The nearest file of a name in this folder and those above it. Above the top of a repository are other people's.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        let path = up.join(name);
        if path.is_file() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            return None;
        }
        up.push("..");
    }
    None
}
