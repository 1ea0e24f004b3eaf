//! Files that the API server reads: printed, or written where nothing is lost.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use harden_core::generators::{File, FileOutput, Generated};

use super::folder::{folder_of, temporary};
use super::outputs::{OutputFile, distinct, each};
use crate::commands;
use crate::connection::Connection;
use crate::terminal::{self, Exit};

/// Options that every generator of files takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FileDelivery {
    /// Write to a file what would be printed; one that holds keys is readable by its owner only; repeatable
    #[arg(long, value_name = "PATH", value_parser = path)]
    pub(crate) output_file: Vec<OutputFile>,

    /// Write every file to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "output_file")]
    pub(crate) output_dir: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) style: FileOutput,

    /// Exit as if all was read and known, when something was not
    #[arg(long)]
    pub(crate) allow_incomplete: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// What `--output-file` takes where there is one format only.
fn path(text: &str) -> Result<OutputFile, String> {
    match text {
        "" => Err("must be PATH".to_owned()),
        "-" => Err("- is no file: leave --output-file out to print".to_owned()),
        _ => Ok(OutputFile { format: None, path: text.into() }),
    }
}

/// Prints the files, or writes them. Those of a folder are written all, or none if one would replace
/// another's work; of several single files, one that cannot be written keeps no other from being written.
pub(crate) fn run(generated: &Generated, delivery: &FileDelivery, force: bool) -> commands::Result {
    if let Some(folder) = &delivery.output_dir {
        let files = &generated.files;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("failed to create {}", folder.display()))?;
        let files: Vec<_> = files.iter().map(|it| (folder.join(&it.name), it)).collect();
        return write(&files, delivery, force);
    }
    if delivery.output_file.is_empty() {
        return print(generated, delivery);
    }
    distinct(delivery.output_file.iter().map(|it| it.path.as_path()))?;
    let wanted: Vec<&File> = generated.wanted().collect();
    let [file] = wanted.as_slice() else {
        bail!("there are {} files to write: name a folder with --output-dir", wanted.len());
    };
    each(&delivery.output_file, |output| {
        write(&[(output.path.clone(), file)], delivery, force).map(drop)
    })
}

fn print(generated: &Generated, delivery: &FileDelivery) -> commands::Result {
    let hides = |file: &File| file.is_secret && !file.is_shown;
    if io::stdout().is_terminal() && generated.wanted().any(hides) {
        bail!(
            "this would show keys on the terminal: write a file with --output-file PATH, or say --show-key"
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
        let access = match file.is_secret {
            true if cfg!(unix) => ", readable by its owner only",
            true => {
                ", readable by whoever may read in its folder: see who that is before you keep it there"
            }
            false => "",
        };
        terminal::note(&format!("wrote {}{access}", path.display()))?;
    }
    Ok(Exit::Done)
}

/// Says which file was not written, without the name of the temporary one.
fn failed(path: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("failed to write {}: {}", path.display(), io::Error::from(error.kind()))
}
