//! The files that `cargo xtask dist` made, where they are at hand.

use std::path::{Path, PathBuf};

use harness::Need;

/// The folder of a release's files: `HARDEN_DIST`, else `target/dist`.
fn folder() -> PathBuf {
    std::env::var_os("HARDEN_DIST")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/dist"), PathBuf::from)
}

/// The file whose name has this beginning and ending; without it the test is skipped with a loud line,
/// unless `CI=true` and `HARDEN_DIST` says that there must be one.
pub(crate) fn file(beginning: &str, ending: &str) -> Option<PathBuf> {
    let folder = folder();
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|it| it.ok().map(|it| it.path()))
        .filter(|it| {
            let name = it.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(beginning) && name.ends_with(ending)
        })
        .collect();
    found.sort();
    if found.is_empty() {
        let need = Need::Archives;
        let missing = format!("no {beginning}…{ending} in {}", folder.display());
        harness::skip(need, &format!("{missing}: {}", need.remedy()));
    }
    found.pop()
}
