//! Two builds of one commit, in two folders, have the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::archive::sha256;
use super::source::git;
use crate::tool;

/// Builds the commit twice for the named machines, and compares every file of the two.
pub(super) fn show(targets: &[&str]) -> Result<()> {
    if !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        bail!("the work tree differs from its commit, which is what would be built: commit first");
    }
    let folder = tempfile::tempdir()?;
    // Of different length, because paths that got into a file would move what follows them.
    let places = [folder.path().join("one"), folder.path().join("another/place")];
    let mut builds = Vec::new();
    for place in &places {
        builds.push(build(place, targets)?);
    }
    let [one, other] = builds.as_slice() else { bail!("two were built") };
    for (name, sum) in one {
        let is_same = other.get(name) == Some(sum);
        println!("{} {sum}  {name}", if is_same { "same     " } else { "DIFFERENT" });
    }
    if one != other || one.is_empty() {
        bail!("two builds of one commit differ");
    }
    Ok(())
}

/// Builds a clone, and says the sum of each file that came out.
fn build(place: &Path, targets: &[&str]) -> Result<BTreeMap<String, String>> {
    let mut clone = Command::new("git");
    tool::run(clone.args(["clone", "--quiet", "--no-hardlinks", "."]).arg(place))?;
    // A playground that was built before is taken as it is; without one, each clone builds its own.
    copy(&tool::top().join("web/dist"), &place.join("web/dist"))?;
    let mut cargo = Command::new("cargo");
    cargo.args(["xtask", "dist"]).args(targets).current_dir(place);
    for name in ["CARGO_TARGET_DIR", "HARDEN_COMMIT", "SOURCE_DATE_EPOCH"] {
        cargo.env_remove(name);
    }
    let status = cargo.status()?;
    if !status.success() {
        bail!("the build in {} ended with {status}", place.display());
    }
    let mut sums = BTreeMap::new();
    for file in fs::read_dir(place.join("target/dist"))? {
        let file = file?;
        sums.insert(file.file_name().to_string_lossy().into_owned(), sha256(&file.path())?);
    }
    // Two of them at once would fill a small disk.
    fs::remove_dir_all(place)?;
    Ok(sums)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in fs::read_dir(from).into_iter().flatten() {
        fs::create_dir_all(to)?;
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
