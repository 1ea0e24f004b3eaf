//! What a release consists of, made into `target/dist`.

mod archive;
mod bill;
mod binary;
pub(crate) mod payload;
mod reproducible;
mod source;
pub(crate) mod target;

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::tool;
use payload::{Payload, Words};
use source::Source;
use target::Target;

/// The folder whose files a release uploads.
pub(crate) fn folder() -> PathBuf {
    tool::top().join("target/dist")
}

/// Builds what there is for the named machines, or for every one that can be built here.
pub(crate) fn build(names: &[&str]) -> Result<()> {
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
        let payload = Payload::stage(target, &source, &words)?;
        println!("{}", archive::write(&payload, &folder())?.display());
        payloads.push(payload);
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
    archive::write_sums(&folder())
}

/// Shows that two builds of this commit have the same bytes.
pub(crate) fn show_reproducible(names: &[&str]) -> Result<()> {
    reproducible::show(names)
}
