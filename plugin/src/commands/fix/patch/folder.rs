//! A folder of patches, which a later run writes again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::deliver::folder::{MARK, replace};

/// Files that are to be in a folder.
pub(super) struct Folder {
    path: PathBuf,
    /// Their names, which may lead to folders below, and their texts.
    files: Vec<(String, String)>,
}

impl Folder {
    /// The folder at a path, which is made if it is not there.
    pub(super) fn at(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("failed to create {}", path.display()))?;
        Ok(Self { path: path.to_owned(), files: Vec::new() })
    }

    /// Where it is, as it was named.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Where a file of it is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The name, or one like it if there is a file of this name already.
    pub(super) fn free(&self, name: &str) -> String {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let others = (2..).map(|it| format!("{stem}-{it}.{end}"));
        let mut names = std::iter::once(name.to_owned()).chain(others);
        let is_free = |name: &String| !self.files.iter().any(|(it, _)| it == name);
        names.find(is_free).unwrap_or_default()
    }

    /// Adds a file.
    pub(super) fn add(&mut self, name: &str, text: &str) {
        self.files.push((name.to_owned(), format!("{MARK}{text}")));
    }

    /// Writes all files, or none at all if any there is somebody else's; what to say of it.
    pub(super) fn write(&self) -> anyhow::Result<Vec<String>> {
        for (name, _) in &self.files {
            reject_foreign(&self.path(name))?;
        }
        for (name, text) in &self.files {
            let path = self.path(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("failed to create {}", folder.display()))?;
            }
            replace(&path, text.as_bytes())
                .with_context(|| format!("failed to write {}", path.display()))?;
        }
        let count = match self.files.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let mut notes = vec![format!("wrote {count} to {}", self.name())];
        let mut folders: Vec<_> = self
            .files
            .iter()
            .filter_map(|(name, _)| Some(self.path(name).parent()?.to_owned()))
            .collect();
        folders.sort();
        folders.dedup();
        for folder in folders {
            notes.extend(self.stale(&folder)?);
        }
        Ok(notes)
    }

    /// What is said of files of ours that this run did not write.
    fn stale(&self, folder: &Path) -> anyhow::Result<Vec<String>> {
        let mut stale = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let is_yaml = path.extension().is_some_and(|it| it == "yaml");
            let is_written = self.files.iter().any(|(name, _)| self.path(name) == path);
            let is_ours = || fs::read_to_string(&path).is_ok_and(|it| it.starts_with(MARK));
            if is_yaml && !is_written && is_ours() {
                stale.push(format!(
                    "{} is from an earlier run: delete it if it is not needed",
                    path.display()
                ));
            }
        }
        stale.sort();
        Ok(stale)
    }
}

fn reject_foreign(path: &Path) -> anyhow::Result<()> {
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(MARK) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => bail!(
            "{} was not written by this command: remove it, or name another folder with --output-dir",
            path.display()
        ),
        Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
    }
}
