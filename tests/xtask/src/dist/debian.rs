//! A Debian package of what an archive holds, made without Debian's tools.

mod control;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::payload::Payload;
use super::tarball::{Tarball, gzip};
use control::Control;

/// Where Debian's shells look for the completion of a command.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash/kubectl-harden", "usr/share/bash-completion/completions/kubectl-harden"),
    ("zsh/_kubectl-harden", "usr/share/zsh/vendor-completions/_kubectl-harden"),
    ("fish/kubectl-harden.fish", "usr/share/fish/vendor_completions.d/kubectl-harden.fish"),
];

/// What Debian's own checks of packages would object to, and why it is so.
const OVERRIDES: &str = "\
# One file that runs on every Linux: no library of the system is asked for.
kubectl-harden: statically-linked-binary [usr/bin/kubectl-harden]
kubectl-harden: shared-library-lacks-prerequisites [usr/bin/kubectl-harden]
# A port of it to Rust, which is a library of its own.
kubectl-harden: embedded-library libyaml [usr/bin/kubectl-harden]
# Debian did not package it.
kubectl-harden: initial-upload-closes-no-bugs [usr/share/doc/kubectl-harden/changelog.gz:1]
# Only kubectl calls it; it is the same command by another name.
kubectl-harden: no-manual-page [usr/bin/kubectl_complete-harden]
";

/// Writes `kubectl-harden_VERSION_ARCH.deb`, and returns the file.
///
/// # Errors
///
/// The payload is not for Linux, a file of it is missing, or `out` cannot be written.
pub(crate) fn write(payload: &Payload, out: &Path) -> Result<PathBuf> {
    if payload.target.os() != "linux" {
        bail!("a Debian package is made of what is built for Linux, not for {}", payload.target);
    }
    let mut files = files(payload)?;
    // Debian's tools want the order of the paths in every part.
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut data = Tarball::new("./", payload.epoch);
    for file in &files {
        match &file.content {
            Content::Bytes(bytes) => data.file(&file.path, file.mode, bytes)?,
            Content::Link(target) => data.link(&file.path, target)?,
        }
    }
    let control = Control { payload, files: &files };
    let parts = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", gzip(&control.tarball()?)?),
        ("data.tar.gz", gzip(&data.finish()?)?),
    ];
    let name = format!("kubectl-harden_{}_{}.deb", payload.version, payload.target.arch());
    let path = out.join(name);
    let mut package = ar::Builder::new(Vec::new());
    for (name, content) in parts {
        let mut header = ar::Header::new(name.into(), content.len() as u64);
        header.set_mode(0o100_644);
        header.set_mtime(payload.epoch);
        package.append(&header, content.as_slice())?;
    }
    fs::write(&path, package.into_inner()?)
        .with_context(|| format!("failed to write {}", path.display()))?;
    Ok(path)
}

/// A file of the package.
struct Packed {
    /// From the root of the system, without a slash before it.
    path: String,
    mode: u32,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    Link(&'static str),
}

impl Packed {
    fn text(path: impl Into<String>, content: Vec<u8>) -> Self {
        Self { path: path.into(), mode: 0o644, content: Content::Bytes(content) }
    }
}

fn files(payload: &Payload) -> Result<Vec<Packed>> {
    let folder = &payload.folder;
    let command = Content::Bytes(read(folder, "kubectl-harden")?);
    let mut files = vec![
        Packed { path: "usr/bin/kubectl-harden".to_owned(), mode: 0o755, content: command },
        Packed {
            path: "usr/bin/kubectl_complete-harden".to_owned(),
            mode: 0o777,
            content: Content::Link("kubectl-harden"),
        },
    ];
    for (name, path) in COMPLETIONS {
        files.push(Packed::text(path, read(&folder.join("completions"), name)?));
    }
    let manual = folder.join("man/man1");
    let pages = fs::read_dir(&manual);
    for page in pages.with_context(|| format!("failed to read {}", manual.display()))? {
        let name = page?.file_name().to_string_lossy().into_owned();
        let page = gzip(&read(&manual, &name)?)?;
        files.push(Packed::text(format!("usr/share/man/man1/{name}.gz"), page));
    }
    let documentation =
        |name: &str, content| Packed::text(format!("usr/share/doc/kubectl-harden/{name}"), content);
    files.push(documentation("copyright", control::copyright(payload)?.into_bytes()));
    files.push(documentation("changelog.gz", gzip(control::changelog(payload)?.as_bytes())?));
    files.push(documentation("sbom.cdx.json.gz", gzip(&read(folder, "sbom.cdx.json")?)?));
    let overrides = "usr/share/lintian/overrides/kubectl-harden";
    files.push(Packed::text(overrides, OVERRIDES.into()));
    Ok(files)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    fs::read(&path).with_context(|| format!("failed to read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::dist::target::Target;

    /// A payload whose files hold next to nothing.
    fn payload(machine: &str, folder: &TempDir) -> Payload {
        let names = COMPLETIONS.map(|(name, _)| format!("completions/{name}"));
        let names = names.iter().map(String::as_str);
        for name in names.chain(["kubectl-harden", "sbom.cdx.json", "man/man1/kubectl-harden.1"]) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let target = Target::named(machine).unwrap();
        let folder = folder.path().to_owned();
        Payload { target, folder, version: "1.2.0-rc.1".to_owned(), epoch: 1 }
    }

    #[test]
    fn two_builds_of_one_commit_are_the_same_byte_for_byte() {
        let folders = [(); 4].map(|()| tempfile::tempdir().unwrap());
        let [one, other, first, second] = &folders;
        let build = |out: &TempDir, staged: &TempDir| {
            let path = write(&payload("linux-arm64", staged), out.path()).unwrap();
            assert!(path.ends_with("kubectl-harden_1.2.0-rc.1_arm64.deb"), "{}", path.display());
            fs::read(path).unwrap()
        };
        assert!(build(one, first) == build(other, second));
    }

    #[test]
    fn what_is_built_for_another_system_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&payload("darwin-arm64", &folder), folder.path()).unwrap_err();
        assert!(error.to_string().contains("for Linux, not for darwin-arm64"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let payload = payload("linux-amd64", &folder);
        fs::remove_file(folder.path().join("sbom.cdx.json")).unwrap();
        let error = write(&payload, folder.path()).unwrap_err();
        assert!(format!("{error:#}").contains("sbom.cdx.json"), "{error:#}");
    }
}
