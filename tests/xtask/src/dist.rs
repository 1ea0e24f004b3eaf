//! What a release consists of, made into `target/dist`.

mod archive;
mod bill;
mod binary;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod binstall;
mod debian;
mod homebrew;
mod image;
mod krew;
pub(crate) mod payload;
mod pin;
mod reproducible;
mod source;
mod tarball;
pub(crate) mod target;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::tool;
pub(crate) use binary::Profile;
use payload::{Payload, Words};
use source::Source;
use target::Target;

/// What the command is, in less than a line.
const SUMMARY: &str = "generate, check and simulate Kubernetes hardening";

const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The folder whose files a release uploads.
pub(crate) fn folder() -> PathBuf {
    tool::top().join("target/dist")
}

/// Builds what there is for the named machines, or for every one that can be built here.
pub(crate) fn build(names: &[&str], profile: Profile) -> Result<()> {
    let targets: Vec<&'static Target> = if names.is_empty() {
        let (here, elsewhere) = Target::ALL.iter().partition(|it| binary::is_built_here(it));
        let elsewhere: Vec<&Target> = elsewhere;
        elsewhere.iter().for_each(|it| println!("SKIPPED: {it} is not built on this machine"));
        here
    } else {
        names.iter().map(|it| Target::named(it)).collect::<Result<_>>()?
    };
    let source = Source::find()?;
    if tool::top().join("web/dist/index.html").exists() {
        println!("the playground is the one in web/dist");
    } else {
        tool::build_web()?;
    }
    let words = Words::ask()?;
    fs::create_dir_all(folder())?;
    let mut payloads = Vec::new();
    for target in targets {
        let payload = Payload::stage(target, &source, &words, profile)?;
        println!("{}", archive::write(&payload, &folder())?.display());
        if target.os() == "linux" {
            println!("{}", debian::write(&payload, &folder())?.display());
        }
        payloads.push(payload);
    }
    if payloads.iter().any(|it| it.target.os() == "linux") {
        println!("{}", image::write(&payloads, &source, &folder())?.display());
    }
    Ok(())
}

/// Writes what names the archives that lie in the folder: sums, and the manifests of package managers.
pub(crate) fn index() -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let archives = archive::all(&folder(), version)?;
    if archives.is_empty() {
        bail!("there is no archive of v{version} in {}: cargo xtask dist", folder().display());
    }
    for archive in &archives {
        println!("{}  {}", archive.sha256, archive.name);
    }
    fs::write(folder().join("harden.yaml"), krew::manifest(&archives))?;
    fs::write(folder().join("kubectl-harden.rb"), homebrew::formula(&archives))?;
    archive::write_sums(&folder())
}

/// Pins the release that lies in the folder where CI installs it; the result is to be committed.
pub(crate) fn pin() -> Result<()> {
    let sums = fs::read_to_string(folder().join("SHA256SUMS"))
        .context("there are no sums to pin: cargo xtask dist index")?;
    pin::write(&sums, env!("CARGO_PKG_VERSION"), tool::top())
}

/// Shows that two builds of this commit have the same bytes.
pub(crate) fn show_reproducible(names: &[&str]) -> Result<()> {
    reproducible::show(names)
}
