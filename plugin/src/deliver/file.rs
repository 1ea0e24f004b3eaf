//! Files that the API server reads: printed, or written where nothing is lost.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use harden_core::generators::{File, Generated};
use zeroize::Zeroizing;

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

    /// Leave out the comments
    #[arg(long)]
    pub(crate) no_comments: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Prints the files, or writes all of them, or none if one would replace another's work.
pub(crate) fn run(generated: &Generated, delivery: &FileDelivery, force: bool) -> commands::Result {
    let wanted: Vec<&File> = generated.files.iter().filter(|it| !it.is_companion).collect();
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
        (None, None, files) => print(files, delivery),
    }
}

fn print(files: &[&File], delivery: &FileDelivery) -> commands::Result {
    if io::stdout().is_terminal() && files.iter().any(|it| it.is_secret && !it.is_shown) {
        bail!(
            "this would show keys on the terminal: write a file with --output FILE, or say --show-key"
        );
    }
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            terminal::print("---\n")?;
        }
        terminal::print(&text(file, delivery))?;
    }
    Ok(Exit::Done)
}

fn text(file: &File, delivery: &FileDelivery) -> Zeroizing<String> {
    if delivery.no_comments { file.without_comments() } else { file.text.clone() }
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
        let temporary = temporary(path, text(file, delivery).as_bytes(), mode)
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
