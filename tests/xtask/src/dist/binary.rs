//! The command, built for one machine so that every build of a commit has the same bytes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::source::Source;
use super::target::Target;
use crate::tool;

/// How much time a build takes for the speed of the command.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Profile {
    /// As it is handed out.
    Release,
    /// As the tests unpack and run it.
    Trial,
}

impl Profile {
    /// Its name in `Cargo.toml`, and of its folder.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Trial => "trial",
        }
    }
}

/// Builds the command, with the list of what is linked inside, and says where it is.
pub(super) fn build(target: &Target, source: &Source, profile: Profile) -> Result<PathBuf> {
    if !is_built_here(target) {
        let why = if target.os() == "darwin" {
            "a Mac: its store of certificates comes with Apple's frameworks, which are only there"
        } else {
            "Linux, where the linker for other machines is installed"
        };
        bail!("{target} is built on {why}");
    }
    tool::run(Command::new("rustup").args(["--quiet", "target", "add", target.triple()]))?;
    let mut cargo = Command::new("cargo");
    // A Mac builds for both of its kinds with its own linker.
    let build = if target.os() == "darwin" { "build" } else { "zigbuild" };
    cargo.args(["auditable", build, "--profile", profile.name(), "--locked"]);
    cargo.args(["--package", "kubectl-harden"]);
    cargo.args(["--bin", "kubectl-harden", "--target", target.triple()]);
    for (name, _) in std::env::vars_os() {
        if decides(&name.to_string_lossy()) {
            cargo.env_remove(name);
        }
    }
    let folder = tool::target_folder()?;
    cargo.env("CARGO_TARGET_DIR", &folder);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(&folder)?);
    cargo.env("CARGO_INCREMENTAL", "0");
    cargo.env("HARDEN_COMMIT", &source.commit).env("SOURCE_DATE_EPOCH", source.epoch.to_string());
    // Of the archiver and linker of a Mac.
    cargo.env("ZERO_AR_DATE", "1");
    cargo.env("PATH", tool::path()?).env("CARGO_ZIGBUILD_ZIG_PATH", tool::zig()?);
    tool::run(&mut cargo)?;
    Ok(folder.join(target.triple()).join(profile.name()).join(target.binary()))
}

/// Whether this machine has what it takes.
pub(super) fn is_built_here(target: &Target) -> bool {
    (target.os() == "darwin") == cfg!(target_os = "macos")
}

/// Whether a variable would change what is built.
fn decides(name: &str) -> bool {
    let beginnings = ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "CFLAGS", "CXXFLAGS"];
    name == "RUSTFLAGS" || beginnings.iter().any(|it| name.starts_with(it))
}

/// Names the places of this machine by what they are, wherever they show in messages of the command.
fn flags(folder: &Path) -> Result<String> {
    let output =
        Command::new("rustc").args(["--print", "sysroot"]).current_dir(tool::top()).output()?;
    let sysroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let cargo = match std::env::var_os("CARGO_HOME").filter(|it| !it.is_empty()) {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir().context("there is no home folder")?.join(".cargo"),
    };
    // The last that fits counts.
    let places = [
        (cargo.as_path(), "/cargo"),
        (&sysroot.join("lib/rustlib/src/rust"), "/rust"),
        (tool::top(), "/source"),
        (folder, "/target"),
    ];
    let flags =
        places.map(|(place, name)| format!("--remap-path-prefix={}={name}", place.display()));
    Ok(flags.join("\u{1f}"))
}
