//! Files that the API server reads: printed, or written where nothing is lost.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use harden_core::generators::{File, FileOutput, Generated};

use super::Connection;
use super::folder::{folder_of, temporary};
use crate::commands;
use crate::terminal::{self, Exit};

/// Options that every generator of files takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FileDelivery {
    /// Write the file here instead of printing it; one that holds keys is readable by its owner only
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write every file to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub(crate) output_dir: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) style: FileOutput,

    /// Exit as if all was read and known, when something was not
    #[arg(long)]
    pub(crate) allow_incomplete: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Prints the files, or writes all of them, or none if one would replace another's work.
pub(crate) fn run(generated: &Generated, delivery: &FileDelivery, force: bool) -> commands::Result {
    let wanted: Vec<&File> = generated.wanted().collect();
    match (&delivery.output, &delivery.output_dir, wanted.as_slice()) {
        (Some(path), _, [file]) => write(&[(path.clone(), file)], delivery, force),
        (Some(_), _, files) => {
            bail!("there are {} files to write: name a folder with --output-dir", files.len())
        }
        (None, Some(folder), _) => {
            let files = &generated.files;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("failed to create {}", folder.display()))?;
            let files: Vec<_> = files.iter().map(|it| (folder.join(&it.name), it)).collect();
            write(&files, delivery, force)
        }
        (None, None, _) => print(generated, delivery),
    }
}

fn print(generated: &Generated, delivery: &FileDelivery) -> commands::Result {
    let hides = |file: &File| file.is_secret && !file.is_shown;
    if io::stdout().is_terminal() && generated.wanted().any(hides) {
        bail!(
            "this would show keys on the terminal: write a file with --output FILE, or say --show-key"
        );
    }
    terminal::print(&delivery.style.text(generated))?;
    Ok(Exit::Done)
}

/// Files without keys may be replaced when the user insists; keys that are lost take the data with
/// them.
fn write(files: &[(PathBuf, &File)], delivery: &FileDelivery, force: bool) -> commands::Result {
    for (path, file) in files {
        let folder = folder_of(path);
        if !folder.is_dir() {
            bail!("there is no folder {}: make it first", folder.display());
        }
        let Ok(there) = path.symlink_metadata() else { continue };
        if !there.is_file() {
            bail!("{} is no regular file: name another file", path.display());
        }
        if file.is_secret {
            bail!("{} exists, and keys are never overwritten: name another file", path.display());
        }
        if !force {
            bail!("{} exists; --force overwrites it", path.display());
        }
    }
    // Whatever fails does so before the first file has its name.
    let mut written = Vec::new();
    for (path, file) in files {
        let mode = if file.is_secret { 0o600 } else { 0o644 };
        let temporary = temporary(path, delivery.style.text_of(file).as_bytes(), mode)
            .and_then(|it| it.as_file().sync_all().map(|()| it));
        written.push(temporary.map_err(|it| failed(path, &it))?);
    }
    for ((path, file), temporary) in files.iter().zip(written) {
        let named = if force && !file.is_secret {
            temporary.persist(path)
        } else {
            temporary.persist_noclobber(path)
        };
        named.map_err(|it| failed(path, &it.error))?;
        let access = if file.is_secret { ", readable by its owner only" } else { "" };
        terminal::note(&format!("wrote {}{access}", path.display()))?;
    }
    Ok(Exit::Done)
}

/// Says which file was not written, without the name of the temporary one.
fn failed(path: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("failed to write {}: {}", path.display(), io::Error::from(error.kind()))
}
