//! A folder of objects, which a later run writes again.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use harden_core::Manifest;
use harden_core::generators::{File, kustomization};
use tempfile::NamedTempFile;

use super::Delivery;
use crate::commands;
use crate::terminal::{self, Exit};

/// Opens every file of objects that is written, so that a later run knows it again.
pub(crate) const MARK: &str =
    "# Made by kubectl harden, which overwrites this file when it is run again.\n";

/// Writes the objects, or nothing at all if any file there is somebody else's.
pub(crate) fn write(
    manifests: &[Manifest],
    folder: &Path,
    delivery: &Delivery,
    force: bool,
) -> commands::Result {
    let files = kustomization(manifests, !delivery.output.no_comments);
    if !force {
        for file in &files {
            reject_foreign(&folder.join(&file.name))?;
        }
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    for file in &files {
        let path = folder.join(&file.name);
        replace(&path, format!("{MARK}{}", *file.text).as_bytes())
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    terminal::note(&wrote(folder, &files))?;
    for stale in stale(folder, &files)? {
        terminal::note(&format!(
            "{} is from an earlier run and not in kustomization.yaml any more; delete it if it is not needed",
            folder.join(stale).display()
        ))?;
    }
    Ok(Exit::Done)
}

pub(super) fn reject_foreign(path: &Path) -> anyhow::Result<()> {
    if is_device(path) {
        return Ok(());
    }
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(MARK) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => bail!("{} was not written by this command; --force overwrites it", path.display()),
        Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
    }
}

/// What is in the folder now, by name.
fn wrote(folder: &Path, files: &[File]) -> String {
    let names: Vec<_> = files.iter().map(|it| it.name.as_str()).collect();
    format!("wrote {} files to {}: {}", names.len(), folder.display(), names.join(", "))
}

/// Puts a file there whole or not at all; a device is written to.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_device(path) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let path = target(path);
    temporary(&path, bytes, 0o644)?.persist(path)?;
    Ok(())
}

/// Whether a path leads to what is no file, such as `/dev/stderr` or a named pipe: that is written to, and not
/// replaced.
pub(crate) fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// The file that is replaced: links stay, and what they point to goes.
pub(crate) fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Writes a file of this mode beside where it is to be, so that it gets there whole or not at all.
pub(crate) fn temporary(path: &Path, bytes: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".harden-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    Ok(file)
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Files of ours that this run did not write.
fn stale(folder: &Path, written: &[File]) -> anyhow::Result<Vec<String>> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours =
            || fs::read_to_string(folder.join(&name)).is_ok_and(|text| text.starts_with(MARK));
        if Path::new(&name).extension().is_some_and(|it| it == "yaml")
            && !written.iter().any(|it| it.name == name)
            && ours()
        {
            stale.push(name);
        }
    }
    stale.sort();
    Ok(stale)
}
