//! What files were at a revision of a git repository, by the `git` command: nothing is checked out, fetched or run.

mod export;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

pub(crate) use export::Export;
pub(crate) use tree::{Takes, Wanted};

use super::exclude::plain;

/// A repository, by the top of its work tree.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    top: PathBuf,
}

impl Repository {
    /// The repository that a path is in, whether or not it is there; `None` where it is in none.
    pub(crate) fn around(path: &Path) -> anyhow::Result<Option<Self>> {
        let absolute = plain(&std::path::absolute(path)?);
        let Some(folder) = absolute.ancestors().find(|it| it.is_dir()) else { return Ok(None) };
        let output = git(folder).args(["rev-parse", "--show-toplevel"]).output();
        let output = output.context("failed to run git, which reads revisions")?;
        if output.status.success() {
            let top = text(output.stdout)?;
            let top = top.strip_suffix('\n').unwrap_or(&top);
            return Ok(Some(Self { top: std::fs::canonicalize(top)? }));
        }
        let said = said(&output.stderr);
        if said.contains("not a git repository") {
            return Ok(None);
        }
        if said.contains("dubious ownership") {
            let folder = folder.display();
            bail!(
                "git reads no repository of somebody else ({folder}); if you trust it: \
                 git config --global --add safe.directory {folder}"
            );
        }
        bail!("git does not read the repository of {}: {said}", folder.display());
    }

    /// The commit that a revision names.
    pub(crate) fn commit(&self, revision: &str) -> anyhow::Result<Option<String>> {
        if revision.starts_with('-') {
            bail!("--against {revision}: no revision begins with -");
        }
        let name = format!("{revision}^{{commit}}");
        let output = git(&self.top).args(["rev-parse", "--verify", "--quiet", &name]).output()?;
        let commit = text(output.stdout)?.trim().to_owned();
        let is_hash = commit.len() >= 40 && commit.bytes().all(|it| it.is_ascii_hexdigit());
        Ok(Some(commit).filter(|_| output.status.success() && is_hash))
    }

    /// Whether its history begins somewhere in the middle.
    pub(crate) fn is_shallow(&self) -> bool {
        let output = git(&self.top).args(["rev-parse", "--is-shallow-repository"]).output();
        output.is_ok_and(|it| it.stdout.starts_with(b"true"))
    }

    /// The path from the top of the repository; `None` for what is outside of it.
    pub(crate) fn within(&self, path: &Path) -> Option<PathBuf> {
        let absolute = plain(&std::path::absolute(path).ok()?);
        // A link is what it is called, and its folder is where that is.
        let parents = absolute.parent().into_iter().flat_map(Path::ancestors);
        let real = parents.filter_map(|it| {
            let real = std::fs::canonicalize(it).ok()?;
            Some(real.join(absolute.strip_prefix(it).ok()?))
        });
        let whole = std::fs::canonicalize(&absolute).ok();
        real.take(1).chain(whole).find_map(|it| it.strip_prefix(&self.top).map(Path::to_owned).ok())
    }

    /// The top of its work tree.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// Where a path from its top is in the work tree.
    pub(crate) fn place(&self, path: &Path) -> PathBuf {
        self.top.join(path)
    }
}

/// `git` in a folder, which asks nobody, fetches nothing and runs no program that the repository names.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["--no-pager", "--literal-pathspecs"]);
    command.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    // Hooks set these for the repository that they run in.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
        command.env_remove(variable);
    }
    command.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_LAZY_FETCH", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command.stdin(Stdio::null());
    command
}

fn text(bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).context("git printed something other than text")
}

/// The first line of what git says went wrong.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or("it says nothing");
    line.strip_prefix("fatal: ").unwrap_or(line).to_owned()
}
