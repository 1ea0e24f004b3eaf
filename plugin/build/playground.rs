//! The files of the playground, as they are sent.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// Writes the list that `commands/playground.rs` includes; it is empty where the playground was not built.
pub(crate) fn embed() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&dist).into_iter().flatten() {
        let path = entry?.path();
        // The folder holds every file twice: as it is, and as it is sent.
        if path.extension().is_some_and(|it| it == "gz") {
            files.push(path.canonicalize()?);
        }
    }
    files.sort();
    let mut list = "&[\n".to_owned();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(list, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("playground.rs"), list)
}
