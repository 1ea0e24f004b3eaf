//! The files that `-f` names, in a fixed order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Request;

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
/// `.json`, below them too if that is asked for. What is excluded is left out, named or not.
pub(super) fn find(request: Request<'_>) -> Files {
    let Request { names, exclude, .. } = request;
    let mut files = Files::default();
    let mut seen = BTreeSet::new();
    for name in names {
        if exclude.covers(name) {
            files.excluded += 1;
        } else if request.at(name).is_dir() {
            let before = (seen.len(), files.unreadable.len(), files.excluded);
            let known = seen.iter().any(|it: &PathBuf| it.starts_with(name));
            walk(request, name, &mut seen, &mut files);
            if !known && before == (seen.len(), files.unreadable.len(), files.excluded) {
                files.without_manifests.push(name.clone());
            }
        } else if seen.insert(name.clone()) {
            files.paths.push(name.clone());
        }
    }
    files
}

fn walk(request: Request<'_>, folder: &Path, seen: &mut BTreeSet<PathBuf>, files: &mut Files) {
    let exclude = request.exclude;
    let entries = fs::read_dir(request.at(folder)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            files.unreadable.push((folder.to_owned(), error));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        // A link to a folder above would never end.
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            if !request.inputs.recursive || entry.file_name() == ".git" {
                continue;
            }
            if exclude.covers(&path) {
                files.excluded += 1;
            } else {
                walk(request, &path, seen, files);
            }
        } else if is_manifest(&path) {
            if exclude.covers(&path) {
                files.excluded += 1;
            } else if seen.insert(path.clone()) {
                match fs::metadata(request.at(&path)) {
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

/// Whether a file is read that is in a named folder.
pub(crate) fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|it| ["yaml", "yml", "json"].iter().any(|known| it == *known))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::os::unix::net::UnixListener;

    use super::super::{Exclude, Inputs};
    use super::*;

    #[test]
    fn what_is_no_file_is_named_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = UnixListener::bind(folder.path().join("a.yaml")).unwrap();
        fs::write(folder.path().join("b.yaml"), "a: 1\n").unwrap();
        let (inputs, exclude) = (Inputs::default(), Exclude::default());
        let names = [folder.path().to_owned()];
        let request = Request { names: &names, ..Request::of(&inputs, &exclude) };
        let found = find(request);
        assert_eq!(found.paths, [folder.path().join("b.yaml")]);
        let unreadable: Vec<_> =
            found.unreadable.iter().map(|(path, why)| (path.as_path(), why.to_string())).collect();
        assert_eq!(
            unreadable,
            [(folder.path().join("a.yaml").as_path(), "it is no file".to_owned())]
        );
    }
}
