//! Mended texts in place of the files that they were read from.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::bail;
use harden_core::check::Outcome;
use harden_core::fix::FixedText;

use crate::commands;
use crate::commands::reading::Request;
use crate::terminal::{self, Exit};

/// Rejects what is no file that could be changed.
pub(super) fn reject_unwritable(request: Request<'_>) -> anyhow::Result<()> {
    if let Some(folder) = &request.inputs.kustomize {
        bail!(
            "--write does not change what -k {} builds: name the files that it is built of, or use --patch kustomize",
            folder.display()
        );
    }
    for name in request.names {
        if name == Path::new("-") {
            bail!(
                "--write has no file to change for standard input: leave it out, and -o yaml prints what is mended"
            );
        }
        if name.to_string_lossy().contains("://") {
            bail!("--write cannot change what is at {}: leave it out", crate::input::shown(name));
        }
    }
    Ok(())
}

/// Replaces every file that was mended. One that cannot be written is named, and keeps no other from being written.
pub(super) fn all(before: &Outcome<'_>, fixed: &[FixedText]) -> commands::Result {
    let mut exit = Exit::Done;
    for fixed in fixed.iter().filter(|it| !it.splices.is_empty()) {
        let Some(record) = before.sources.get(fixed.source) else { continue };
        let text = record.text.as_deref().unwrap_or_default();
        if let Err(error) = replace(Path::new(&*record.name), text, &fixed.text) {
            terminal::error(&format!("{} was not changed: {error}", record.name))?;
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

/// Puts the new text there whole or not at all, with the permissions and the owner of the old one. A link stays,
/// and the file behind it is replaced.
fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    // Whoever owns a folder may replace what is read-only in it, which is not what read-only means.
    if metadata.permissions().readonly() || fs::OpenOptions::new().append(true).open(&path).is_err()
    {
        return Err(io::Error::other("it is read-only"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".harden-").tempfile_in(folder)?;
    file.write_all(new.as_bytes())?;
    file.as_file().sync_all()?;
    keep(&metadata, file.path())?;
    // As late as can be, so that nothing that somebody else writes meanwhile is lost.
    if fs::read(&path)? != old.as_bytes() {
        let why = "it changed while it was mended, or is not written in UTF-8: run this again, or convert it";
        return Err(io::Error::other(why));
    }
    file.persist(&path)?;
    Ok(())
}

#[cfg(unix)]
fn keep(old: &Metadata, new: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let now = fs::metadata(new)?;
    if (now.uid(), now.gid()) != (old.uid(), old.gid()) {
        chown(new, Some(old.uid()), Some(old.gid()))?;
    }
    fs::set_permissions(new, old.permissions())
}

#[cfg(not(unix))]
fn keep(old: &Metadata, new: &Path) -> io::Result<()> {
    fs::set_permissions(new, old.permissions())
}
