//! The commit that is built, and its time: as the environment says, else as git says, else unknown.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is read where it is set, and what the command is compiled with: the commit's hash, with `-dirty`
/// where files differ from it.
const COMMIT: &str = "HARDEN_COMMIT";

/// The same for the commit's time, in seconds since 1970.
const TIME: &str = "SOURCE_DATE_EPOCH";

/// Tells the compiler what is known.
pub(crate) fn tell() {
    println!("cargo::rerun-if-env-changed={COMMIT}");
    println!("cargo::rerun-if-env-changed={TIME}");
    let given = |name| env::var(name).ok().filter(|it| !it.is_empty());
    let (mut commit, mut time) = (given(COMMIT), given(TIME));
    // Who edits and tests should not have to build the command anew after each commit.
    let is_release = env::var("PROFILE").is_ok_and(|it| it == "release");
    if commit.is_none() && time.is_none() && is_release {
        (commit, time) = from_git().unzip();
    }
    for (name, value) in [(COMMIT, commit), (TIME, time)] {
        if let Some(value) = value {
            println!("cargo::rustc-env={name}={value}");
        }
    }
}

/// Nothing where the sources are not the work tree of a repository of their own, or git is missing.
fn from_git() -> Option<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.canonicalize().ok()?;
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).current_dir(&top).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // An unpacked archive may lie in somebody else's repository.
    if PathBuf::from(git(&["rev-parse", "--show-toplevel"])?).canonicalize().ok()? != top {
        return None;
    }
    for file in ["HEAD", "logs/HEAD", "index"] {
        let path = top.join(git(&["rev-parse", "--git-path", file])?);
        println!("cargo::rerun-if-changed={}", path.display());
    }
    // An edit makes the tree dirty before git hears of it.
    for sources in ["Cargo.toml", "Cargo.lock", "crates", "plugin"] {
        println!("cargo::rerun-if-changed={}", top.join(sources).display());
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let is_dirty = !git(&["status", "--porcelain"])?.is_empty();
    let time = git(&["log", "-1", "--format=%ct"])?;
    Some((if is_dirty { commit + "-dirty" } else { commit }, time))
}
