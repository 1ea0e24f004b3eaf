//! Where a file of settings may have reports written: a repository of somebody else must not reach other files
//! of whoever checks it.

use std::path::{Component, Path};

/// Whether a path that the file names is below its folder, links included.
pub(super) fn is_below(folder: &Path, path: &Path) -> bool {
    let is_plain =
        path.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    let Ok(folder) = folder.canonicalize() else { return false };
    let wanted = folder.join(path);
    // What is not there yet is where the nearest folder is that is.
    let there = wanted.ancestors().find(|it| it.symlink_metadata().is_ok());
    is_plain && there.is_some_and(|it| it.canonicalize().is_ok_and(|it| it.starts_with(&folder)))
}
