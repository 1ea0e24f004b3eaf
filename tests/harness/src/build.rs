//! Builds the control-plane binary into the cache.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use crate::binary::{COMPONENTS, NAME, binary, cache, cached, sources};

/// Why there is no binary.
#[derive(Debug)]
pub struct BuildError(String);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BuildError {}

impl BuildError {
    pub(crate) fn of_clients(status: ExitStatus) -> Self {
        Self(format!("installing clients with npm and pip failed: {status}"))
    }

    pub(crate) fn of_krew(status: ExitStatus) -> Self {
        Self(format!("building krew with go install failed: {status}"))
    }
}

impl From<io::Error> for BuildError {
    fn from(error: io::Error) -> Self {
        Self(format!("building what tests need: {error}"))
    }
}

/// Builds the control-plane binary from the present sources, unless it is there, and returns its
/// path; then removes the builds of other sources. Says on standard error what it does.
///
/// # Errors
///
/// Go is missing, the build fails, or the cache cannot be written.
pub fn build() -> Result<PathBuf, BuildError> {
    if let Some(present) = binary() {
        return Ok(present);
    }
    let start = Instant::now();
    say("building the control plane: some ten minutes and 4 GB of Go's caches the first time")?;
    let target = cached("control-plane")?;
    let staging = stage(&target, NAME, ".", &link_flags()?)?;
    for component in COMPONENTS {
        link(NAME, &staging.path().join(component))?;
    }
    publish(staging, &target)?;
    remove_others(&target)?;
    let path = target.join(NAME);
    say(&format!("built {} in {} s", path.display(), start.elapsed().as_secs()))?;
    Ok(path)
}

/// Builds the small program that only starts what `KUBEBUILDER_ASSETS` holds, in a second or two.
pub(crate) fn build_runner() -> Result<PathBuf, BuildError> {
    let target = cached("runner")?;
    let path = target.join("runner");
    if !path.is_file() {
        publish(stage(&target, "runner", "./cmd/runner", "-s -w")?, &target)?;
    }
    Ok(path)
}

/// Compiles `package` to `name` in a directory beside `target`.
fn stage(
    target: &Path,
    name: &str,
    package: &str,
    flags: &str,
) -> Result<tempfile::TempDir, BuildError> {
    check_go()?;
    let cache = target.parent().unwrap_or(target);
    fs::create_dir_all(cache)?;
    let staging = tempfile::Builder::new().prefix(".building-").tempdir_in(cache)?;
    let status = Command::new("go")
        .args(["build", "-trimpath", "-ldflags", flags, "-o"])
        .arg(staging.path().join(name))
        .arg(package)
        .current_dir(sources())
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        Ok(staging)
    } else {
        Err(BuildError(format!("go build failed: {status}")))
    }
}

/// Puts a whole build in place; another process may have been faster.
/// Lets `fill` make a folder of the cache, which is there whole or not at all.
pub(crate) fn make(
    target: PathBuf,
    fill: impl FnOnce(&Path) -> Result<(), BuildError>,
) -> Result<PathBuf, BuildError> {
    let cache = target.parent().unwrap_or(&target);
    fs::create_dir_all(cache)?;
    let staging = tempfile::Builder::new().prefix(".building-").tempdir_in(cache)?;
    fill(staging.path())?;
    publish(staging, &target)?;
    Ok(target)
}

fn publish(staging: tempfile::TempDir, target: &Path) -> Result<(), BuildError> {
    let staging = staging.keep();
    match fs::rename(&staging, target) {
        Err(_) if target.is_dir() => Ok(fs::remove_dir_all(staging)?),
        moved => Ok(moved?),
    }
}

fn remove_others(target: &Path) -> io::Result<()> {
    for entry in fs::read_dir(cache()?)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("control-plane-") && path != target {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

pub(crate) fn check_go() -> Result<(), BuildError> {
    let found = Command::new("go").arg("version").stdout(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        _ => Err(BuildError(
            "what the tests need is built with Go, and `go version` fails: install Go from https://go.dev/dl; \
             for the control plane, KUBEBUILDER_ASSETS may name a directory with etcd, kube-apiserver \
             and kubectl instead"
                .to_owned(),
        )),
    }
}

/// Stamps the version of Kubernetes that go.mod requires: without it the server calls itself
/// v0.0.0-master and kubectl cannot read that.
fn link_flags() -> Result<String, BuildError> {
    let module = fs::read_to_string(sources().join("go.mod"))?;
    let version = kubernetes_version(&module).ok_or_else(|| {
        BuildError("go.mod requires no k8s.io/kubernetes vMAJOR.MINOR.PATCH".to_owned())
    })?;
    let mut parts = version.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let mut flags = "-s -w".to_owned();
    for package in ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"] {
        for (variable, value) in [("gitVersion", version), ("gitMajor", major), ("gitMinor", minor)]
        {
            let stamp = format!(" -X {package}.{variable}={value}");
            flags.push_str(&stamp);
        }
    }
    Ok(flags)
}

fn kubernetes_version(module: &str) -> Option<&str> {
    module.lines().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("require ").unwrap_or(line);
        line.strip_prefix("k8s.io/kubernetes ")?.split_whitespace().next()
    })
}

#[cfg(unix)]
fn link(original: &str, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn link(original: &str, link: &Path) -> io::Result<()> {
    fs::hard_link(link.with_file_name(original), link)
}

pub(crate) fn say(line: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{line}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_version_is_that_of_the_requirement_and_not_of_a_replacement() {
        let module =
            "require (\n\tk8s.io/kubernetes v1.37.2\n)\nreplace k8s.io/api => k8s.io/api v0.37.2\n";
        assert_eq!(kubernetes_version(module), Some("v1.37.2"));
        assert_eq!(kubernetes_version("require k8s.io/kubernetes v1.2.3 // x"), Some("v1.2.3"));
        assert_eq!(kubernetes_version("replace k8s.io/kubernetes => ../k"), None);
    }

    #[test]
    fn the_module_requires_a_version_that_can_be_stamped() {
        let flags = link_flags().unwrap();
        assert!(flags.contains("k8s.io/component-base/version.gitVersion=v1."), "{flags}");
    }
}
