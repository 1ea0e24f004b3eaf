//! The commit that a release is made of.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::tool;

/// What is built.
#[derive(Debug)]
pub(super) struct Source {
    /// The version, without `v`.
    pub(super) version: &'static str,
    /// The commit's hash, with `-dirty` where files differ from it.
    pub(super) commit: String,
    /// The commit's time in seconds since 1970.
    pub(super) epoch: u64,
}

impl Source {
    /// The work tree; or, where it has no git, what `HARDEN_COMMIT` and `SOURCE_DATE_EPOCH` say.
    pub(super) fn find() -> Result<Self> {
        let given = |name| std::env::var(name).ok().filter(|it| !it.is_empty());
        let (commit, epoch) = match (given("HARDEN_COMMIT"), given("SOURCE_DATE_EPOCH")) {
            (Some(commit), Some(epoch)) => (commit, epoch),
            (None, None) => from_git().context("set HARDEN_COMMIT and SOURCE_DATE_EPOCH")?,
            _ => bail!("set both HARDEN_COMMIT and SOURCE_DATE_EPOCH, or neither"),
        };
        let epoch = epoch.parse().context("the commit's time is no number of seconds")?;
        Ok(Self { version: env!("CARGO_PKG_VERSION"), commit, epoch })
    }
}

fn from_git() -> Result<(String, String)> {
    let commit = git(&["rev-parse", "HEAD"])?;
    let is_dirty = !git(&["status", "--porcelain"])?.is_empty();
    if is_dirty {
        eprintln!("the work tree differs from its commit, and the command will say so: -dirty");
    }
    let commit = if is_dirty { commit + "-dirty" } else { commit };
    Ok((commit, git(&["log", "-1", "--format=%ct"])?))
}

/// What git prints, without the line break at its end.
pub(super) fn git(words: &[&str]) -> Result<String> {
    let output = Command::new("git").args(words).current_dir(tool::top()).output();
    let output = output.context("failed to start git")?;
    if !output.status.success() {
        bail!("git {} failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
