//! The files that `-f` names, in a fixed order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::exclude::Exclude;

/// What `-f` comes to.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Files to read, `-` for standard input, without repetition.
    pub(super) paths: Vec<PathBuf>,
    /// Named folders that hold no manifest.
    pub(super) without_manifests: Vec<PathBuf>,
    /// What could not be looked into, and why.
    pub(super) unreadable: Vec<(PathBuf, std::io::Error)>,
    /// How many files and folders were left out.
    pub(super) excluded: usize,
}

/// Finds the files: those that are named, and those of named folders that end in `.yaml`, `.yml` or
/// `.json`, below them too if `recursive`. What is excluded is left out, named or not.
pub(super) fn find(names: &[PathBuf], recursive: bool, exclude: &Exclude) -> Files {
    let mut files = Files::default();
    let mut seen = BTreeSet::new();
    for name in names {
        if exclude.covers(name) {
            files.excluded += 1;
        } else if name.is_dir() {
            let before = (seen.len(), files.unreadable.len(), files.excluded);
            let known = seen.iter().any(|it: &PathBuf| it.starts_with(name));
            walk(name, recursive, exclude, &mut seen, &mut files);
            if !known && before == (seen.len(), files.unreadable.len(), files.excluded) {
                files.without_manifests.push(name.clone());
            }
        } else if seen.insert(name.clone()) {
            files.paths.push(name.clone());
        }
    }
    files
}

fn walk(
    folder: &Path,
    recursive: bool,
    exclude: &Exclude,
    seen: &mut BTreeSet<PathBuf>,
    files: &mut Files,
) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            files.unreadable.push((folder.to_owned(), error));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder above would never end.
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            if !recursive || entry.file_name() == ".git" {
                continue;
            }
            if exclude.covers(&path) {
                files.excluded += 1;
            } else {
                walk(&path, recursive, exclude, seen, files);
            }
        } else if is_manifest(&path) {
            if exclude.covers(&path) {
                files.excluded += 1;
            } else if seen.insert(path.clone()) {
                match fs::metadata(&path) {
                    // Whoever reads a pipe that nobody writes to waits for ever.
                    Ok(of_path) if !of_path.is_file() && !of_path.is_dir() => {
                        files.unreadable.push((path, std::io::Error::other("it is no file")));
                    }
                    _ => files.paths.push(path),
                }
            }
        }
    }
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|it| ["yaml", "yml", "json"].iter().any(|known| it == *known))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_is_no_file_is_named_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = UnixListener::bind(folder.path().join("a.yaml")).unwrap();
        fs::write(folder.path().join("b.yaml"), "a: 1\n").unwrap();
        let found = find(&[folder.path().to_owned()], false, &Exclude::default());
        assert_eq!(found.paths, [folder.path().join("b.yaml")]);
        let unreadable: Vec<_> =
            found.unreadable.iter().map(|(path, why)| (path.as_path(), why.to_string())).collect();
        assert_eq!(
            unreadable,
            [(folder.path().join("a.yaml").as_path(), "it is no file".to_owned())]
        );
    }
}
