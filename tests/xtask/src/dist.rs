//! What a release consists of, made into `target/dist`.

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod binstall;
mod homebrew;
mod krew;
pub(crate) mod payload;
pub(crate) mod target;

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::tool;
use payload::{Archive, Payload};
use target::Target;

/// The folder whose files a release uploads.
pub(crate) fn folder() -> PathBuf {
    tool::top().join("target/dist")
}

/// Builds the archives of the named machines, or of every one that can be built here.
pub(crate) fn build(names: &[&str]) -> Result<()> {
    let targets =
        names.iter().map(|it| Target::named(it)).collect::<Result<Vec<&'static Target>>>()?;
    let payloads: Vec<Payload> = targets.into_iter().map(stage).collect::<Result<_>>()?;
    for _payload in &payloads {
        // One line per kind of file: archive, debian::write(payload, &folder())?
    }
    Ok(())
}

/// Builds one machine's command, and stages it with what accompanies it.
fn stage(target: &'static Target) -> Result<Payload> {
    bail!("{target} cannot be built yet")
}

/// Writes what names the archives that lie in the folder: sums, and the manifests of package managers.
pub(crate) fn index() -> Result<()> {
    let archives: Vec<Archive> = Vec::new();
    // One line per file.
    fs::write(folder().join("harden.yaml"), krew::manifest(&archives))?;
    fs::write(folder().join("kubectl-harden.rb"), homebrew::formula(&archives))?;
    Ok(())
}
