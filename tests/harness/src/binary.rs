//! Where the control-plane binary is cached: under a name that follows from its sources.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The names under which the binary is a component, each a symbolic link beside it: they make its
/// directory a valid `KUBEBUILDER_ASSETS`.
pub(crate) const COMPONENTS: [&str; 4] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/// The name of the binary in its cache directory.
pub(crate) const NAME: &str = "control-plane";

/// The control-plane binary built from the present sources, when [`crate::build()`] has built it.
#[must_use]
pub fn binary() -> Option<PathBuf> {
    let path = cached("control-plane").ok()?.join(NAME);
    path.is_file().then_some(path)
}

/// The cache directory for what is built from the present sources, whether it is there or not.
pub(crate) fn cached(prefix: &str) -> io::Result<PathBuf> {
    Ok(cache()?.join(format!("{prefix}-{}", fingerprint(&sources())?)))
}

/// The directory of every build, and of whatever else tests make once and keep.
pub fn cache() -> io::Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let base = set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")))
        .ok_or_else(|| io::Error::other("neither XDG_CACHE_HOME nor HOME is set"))?;
    Ok(base.join("kubectl-harden"))
}

/// The Go module of the control plane.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../control-plane")
}

/// A digest of everything that the binary is made from, tests left out.
fn fingerprint(sources: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(sources, Path::new(""), &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let content = fs::read(sources.join(&file))?;
        digest.update(file.as_bytes());
        digest.update([0]);
        digest.update(content.len().to_le_bytes());
        digest.update(content);
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(hex.chars().take(16).collect())
}

fn collect(root: &Path, below: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else if is_source(&path) {
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    matches!(&*name, "go.mod" | "go.sum")
        || path.extension().is_some_and(|extension| extension == "go")
            && !name.ends_with("_test.go")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_fingerprint_follows_sources_and_nothing_else() {
        let module = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = module.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("go.mod", "module m");
        write("internal/a.go", "package a");
        let first = fingerprint(module.path()).unwrap();
        write("internal/a_test.go", "package a");
        write("README.md", "text");
        assert_eq!(fingerprint(module.path()).unwrap(), first);
        write("internal/a.go", "package b");
        assert_ne!(fingerprint(module.path()).unwrap(), first);
    }
}
