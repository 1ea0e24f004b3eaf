//! Snapshots that no test refers to any more.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Fails when `snapshots/` holds a file that is not among `referenced` (a path a line, as insta
/// writes it to `INSTA_SNAPSHOT_REFERENCES_FILE`).
pub(crate) fn reject_orphans(top: &Path, referenced: &Path) -> Result<()> {
    let text =
        fs::read_to_string(referenced).context("the tests referred to no snapshot at all")?;
    let referenced: BTreeSet<PathBuf> =
        text.lines().filter_map(|it| fs::canonicalize(it).ok()).collect();
    let mut orphans = Vec::new();
    collect(&top.join("snapshots"), &referenced, &mut orphans)?;
    if orphans.is_empty() {
        return Ok(());
    }
    bail!("no test refers to these snapshots; delete them:\n  {}", orphans.join("\n  "))
}

fn collect(folder: &Path, referenced: &BTreeSet<PathBuf>, orphans: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, referenced, orphans)?;
        } else if path.extension().is_some_and(|it| it == "snap")
            && !referenced.contains(&fs::canonicalize(&path)?)
        {
            orphans.push(path.display().to_string());
        }
    }
    orphans.sort();
    Ok(())
}
