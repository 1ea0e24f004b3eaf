//! The files of a commit, and which of them are wanted.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};

use super::super::sources::is_manifest;
use super::{Repository, git, said};

/// Something that is wanted of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its path from the top of the repository.
    pub(crate) path: PathBuf,
    /// What is wanted where it is a folder.
    pub(crate) takes: Takes,
}

/// What is wanted of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Manifests.
    Manifests,
    /// Manifests, and those of the folders below.
    ManifestsBelow,
    /// All of it: what is built of it may need any.
    Everything,
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) object: String,
    /// What is wanted of what it leads to, if it is a link.
    pub(super) takes: Takes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
    Submodule,
}

impl Wanted {
    fn covers(&self, path: &Path, kind: Kind) -> bool {
        let is_all = path == self.path || self.takes == Takes::Everything;
        let is_below = self.takes == Takes::ManifestsBelow;
        let is_near = path.parent() == Some(&self.path);
        is_all
            || (kind == Kind::Submodule && is_below)
            || (kind != Kind::Submodule && (is_below || is_near) && is_manifest(path))
    }
}

impl Repository {
    /// The files of a commit that are wanted.
    pub(super) fn entries(&self, commit: &str, wanted: &Wanted) -> anyhow::Result<Vec<Entry>> {
        let mut command = git(&self.top);
        command.args(["ls-tree", "-r", "-z", "--full-tree", commit, "--"]);
        if !wanted.path.as_os_str().is_empty() {
            let path = wanted.path.to_str().context("a path is no text")?;
            command.arg(path.replace('\\', "/"));
        }
        let output = command.output()?;
        if !output.status.success() {
            bail!("git does not list the files of {commit}: {}", said(&output.stderr));
        }
        let mut entries = Vec::new();
        for line in output.stdout.split(|it| *it == 0).filter(|it| !it.is_empty()) {
            let Some(entry) = entry(line, wanted) else { continue };
            if wanted.covers(&entry.path, entry.kind) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}

/// Reads `100644 blob 3f2a…<tab>path`; `None` for paths that lead out of a folder, and for those that are no text.
fn entry(line: &[u8], wanted: &Wanted) -> Option<Entry> {
    let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
    let mut words = head.split(' ');
    let kind = match (words.next()?, words.next()?) {
        ("120000", "blob") => Kind::Link,
        ("160000", _) => Kind::Submodule,
        (_, "blob") => Kind::File,
        _ => return None,
    };
    let path = PathBuf::from(path);
    let is_inside = path.components().all(|it| match it {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        _ => false,
    });
    let object = words.next()?.to_owned();
    is_inside.then_some(Entry { path, kind, object, takes: wanted.takes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_no_entries() {
        let wanted = Wanted { path: PathBuf::new(), takes: Takes::Everything };
        let read = |path: &str| {
            let line = format!("100644 blob 3f2a\t{path}");
            entry(line.as_bytes(), &wanted).is_some()
        };
        assert!(read("a/b.yaml") && read("a b\tc.yaml") && read(".github/a.yaml"));
        for path in ["../a.yaml", "a/../../b.yaml", "/etc/passwd", ".git/config", "a/.GIT/config"] {
            assert!(!read(path), "{path}");
        }
    }
}
