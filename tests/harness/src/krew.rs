//! Builds krew and the validator of its index, which tests ask about the plugin's manifest.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::binary::cache;
use crate::build::{BuildError, check_go, make, say};
use crate::need::Need;
use crate::requirement::skip;

/// The version of krew whose programs are built.
const VERSION: &str = "v0.4.3";
const PROGRAMS: [&str; 2] = ["krew", "validate-krew-manifest"];

/// The folder with `krew` and `validate-krew-manifest`, when [`build_krew()`] has built them.
#[must_use]
pub fn krew() -> Option<PathBuf> {
    let folder = folder().ok()?;
    PROGRAMS.iter().all(|it| folder.join(it).is_file()).then_some(folder)
}

/// Builds krew's programs, unless they are there, and returns their folder. Takes half a minute.
///
/// # Errors
///
/// Go is missing, the build fails, or the cache cannot be written.
pub fn build_krew() -> Result<PathBuf, BuildError> {
    if let Some(present) = krew() {
        return Ok(present);
    }
    check_go()?;
    say(&format!("building krew {VERSION} (half a minute, once)"))?;
    make(folder()?, install)
}

/// The folder of krew's programs, for a test that calls them; `None` where they are not built.
///
/// # Panics
///
/// They are not built where nothing may be skipped.
#[must_use]
pub fn krew_for_test() -> Option<PathBuf> {
    let found = krew();
    if found.is_none() {
        skip(Need::Krew, &format!("no krew: {}", Need::Krew.remedy()));
    }
    found
}

fn folder() -> Result<PathBuf, BuildError> {
    Ok(cache()?.join(format!("krew-{VERSION}")))
}

/// Builds into `folder`, which is no part of a module: the versions are those that krew itself names.
fn install(folder: &Path) -> Result<(), BuildError> {
    let packages = PROGRAMS.map(|it| format!("sigs.k8s.io/krew/cmd/{it}@{VERSION}"));
    let status = Command::new("go")
        .args(["install", "-trimpath", "-ldflags", "-s -w"])
        .args(packages)
        .current_dir(folder)
        .env("CGO_ENABLED", "0")
        .env("GOBIN", folder)
        .stdin(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(BuildError::of_krew(status)) }
}
