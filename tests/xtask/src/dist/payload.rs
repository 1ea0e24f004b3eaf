//! What lies in the archive of one machine, staged in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::binary::Profile;
use super::source::Source;
use super::target::Target;
use super::{bill, binary};
use crate::tool;

/// The staged files of one machine.
#[derive(Debug)]
pub(crate) struct Payload {
    /// The machine that the command in it runs on.
    pub(crate) target: &'static Target,
    /// The folder that holds just what the archive holds.
    pub(crate) folder: PathBuf,
    /// The version, without `v`.
    pub(crate) version: String,
    /// The commit's time in seconds since 1970, which is every timestamp inside.
    pub(crate) epoch: u64,
}

/// An archive that lies in `target/dist`.
#[derive(Debug)]
pub(crate) struct Archive {
    /// The machine that it is for.
    pub(crate) target: &'static Target,
    /// Its file name.
    pub(crate) name: String,
    /// The SHA-256 of its bytes, in small hexadecimal digits.
    pub(crate) sha256: String,
    /// The version, without `v`.
    pub(crate) version: String,
}

impl Archive {
    /// Where its release hands it out.
    pub(crate) fn url(&self) -> String {
        let repository = env!("CARGO_PKG_REPOSITORY");
        format!("{repository}/releases/download/v{}/{}", self.version, self.name)
    }
}

/// A file of a payload.
#[derive(Debug)]
pub(crate) struct Staged {
    /// Its place in the archive, with `/` between folders.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its permissions: 0o755 for what is run, else 0o644.
    pub(crate) mode: u32,
}

/// The script that kubectl runs to complete `kubectl harden`.
const COMPLETER: &str = "kubectl_complete-harden";

/// The shells that the command completes for, with the names that their scripts usually have.
const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "bash/kubectl-harden"),
    ("elvish", "elvish/kubectl-harden.elv"),
    ("fish", "fish/kubectl-harden.fish"),
    ("powershell", "powershell/kubectl-harden.ps1"),
    ("zsh", "zsh/_kubectl-harden"),
];

impl Payload {
    /// Builds the command for a machine, and stages it with what accompanies it.
    pub(super) fn stage(
        target: &'static Target,
        source: &Source,
        words: &Words,
        profile: Profile,
    ) -> Result<Self> {
        let command = binary::build(target, source, profile)?;
        let folder = tool::top().join("target/dist-stage").join(target.to_string());
        let _ = fs::remove_dir_all(&folder);
        let payload =
            Self { target, folder, version: source.version.to_owned(), epoch: source.epoch };
        let put = |name: &str, bytes: &[u8]| {
            let path = payload.folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        put(target.binary(), &fs::read(&command)?)?;
        put("LICENSE", &fs::read(tool::top().join("LICENSE"))?)?;
        put("sbom.cdx.json", bill::of(&command, target, source)?.as_bytes())?;
        for (name, text) in &words.files {
            put(name, text)?;
        }
        let (name, script) = completer(target);
        put(&format!("completions/{name}"), script.as_bytes())?;
        payload.mark_what_is_run()?;
        Ok(payload)
    }

    /// The files, sorted by name.
    pub(crate) fn files(&self) -> Result<Vec<Staged>> {
        let mut files = Vec::new();
        collect(&self.folder, "", &mut files)?;
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    #[cfg(unix)]
    fn mark_what_is_run(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;

        for file in self.files()? {
            fs::set_permissions(&file.path, fs::Permissions::from_mode(file.mode))?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as it is on unix")]
    fn mark_what_is_run(&self) -> Result<()> {
        Ok(())
    }
}

fn collect(folder: &Path, before: &str, files: &mut Vec<Staged>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{before}{last}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            let is_run = ["kubectl-harden", "kubectl-harden.exe"].contains(&name.as_str())
                || last.starts_with(COMPLETER);
            files.push(Staged { name, path, mode: if is_run { 0o755 } else { 0o644 } });
        }
    }
    Ok(())
}

/// The script that goes onto PATH for kubectl, which passes the words typed so far.
fn completer(target: &Target) -> (String, &'static str) {
    if target.os() == "windows" {
        let script = "@set _KUBECTL_HARDEN_COMPLETE=kubectl\r\n@kubectl-harden.exe %*\r\n";
        (format!("{COMPLETER}.cmd"), script)
    } else {
        let script = "#!/bin/sh\n_KUBECTL_HARDEN_COMPLETE=kubectl exec kubectl-harden \"$@\"\n";
        (COMPLETER.to_owned(), script)
    }
}

/// What is the same for every machine: manual pages and completion scripts.
pub(super) struct Words {
    /// By their places in the archive.
    files: Vec<(String, Vec<u8>)>,
}

impl Words {
    /// Asks the command line itself, in a build for this machine that the tests use too.
    pub(super) fn ask() -> Result<Self> {
        let mut cargo = Command::new("cargo");
        // With the features of the tests, so that nothing is built twice.
        cargo.args(["build", "--workspace", "--all-features", "--locked"]);
        cargo.args(["--bin", "kubectl-harden", "--example", "man-pages"]);
        tool::run(&mut cargo)?;
        let built = tool::target_folder()?.join("debug");
        let mut files = Vec::new();
        let pages = tempfile::tempdir()?;
        tool::run(Command::new(built.join("examples/man-pages")).arg(pages.path()))?;
        for page in fs::read_dir(pages.path())? {
            let page = page?;
            let name = format!("man/man1/{}", page.file_name().to_string_lossy());
            files.push((name, fs::read(page.path())?));
        }
        for (shell, name) in SCRIPTS {
            let mut command = Command::new(built.join("kubectl-harden"));
            let output = command.args(["completion", shell]).output()?;
            if !output.status.success() {
                bail!("there is no completion for {shell}");
            }
            files.push((format!("completions/{name}"), output.stdout));
        }
        Ok(Self { files })
    }
}
