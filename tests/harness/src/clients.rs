//! Installs the official clients of the Model Context Protocol, which tests let ask the plugin.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};

use crate::binary::cache;
use crate::build::{BuildError, make, say};
use crate::need::Need;
use crate::requirement::skip;

/// What says which packages of npm and of Python, each to the last of them.
const LISTS: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];

/// The folder with `node_modules` and `python`, when [`install_clients()`] has filled it.
#[must_use]
pub fn clients() -> Option<PathBuf> {
    folder().ok().filter(|it| it.is_dir())
}

/// Installs the clients, unless they are there, and returns their folder. Takes a minute, most of it to
/// download them.
///
/// # Errors
///
/// npm or pip is missing or fails, or the cache cannot be written.
pub fn install_clients() -> Result<PathBuf, BuildError> {
    if let Some(present) = clients() {
        return Ok(present);
    }
    say("installing the official clients of the Model Context Protocol (a minute, once)")?;
    make(folder()?, install)
}

fn install(folder: &Path) -> Result<(), BuildError> {
    for list in LISTS {
        fs::copy(programs().join(list), folder.join(list))?;
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").args(words), folder)?;
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let lists = ["--target", "python", "--requirement", "requirements.txt"];
    run(Command::new("python3").args(words).args(lists), folder)
}

/// The folder of the clients, for a test that lets them ask; `None` where they are not installed.
///
/// # Panics
///
/// They are not installed where nothing may be skipped.
#[must_use]
pub fn clients_for_test() -> Option<PathBuf> {
    let found = clients();
    if found.is_none() {
        skip(Need::Clients, &format!("no clients: {}", Need::Clients.remedy()));
    }
    found
}

/// Where the lists are, and what asks through the clients.
fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients")
}

fn folder() -> Result<PathBuf, BuildError> {
    let mut digest = Sha256::new();
    for list in LISTS {
        digest.update(fs::read(programs().join(list))?);
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(cache()?.join(format!("clients-{}", hex.get(..16).unwrap_or(&hex))))
}

fn run(command: &mut Command, folder: &Path) -> Result<(), BuildError> {
    let status = command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(BuildError::of_clients(status)) }
}
