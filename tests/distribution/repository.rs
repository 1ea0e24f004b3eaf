//! A git repository on a server, with pull requests, and its checkouts as systems for CI make them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A pod with a critical finding, which is privileged.
pub(crate) const PRIVILEGED: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: old
  namespace: team-a
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true
";

/// The repository as the server has it, and a place for checkouts.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// A repository whose branch `main` has these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("server")).unwrap();
        let repository = Self { folder };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit(files);
        repository
    }

    /// Commits files to the branch that is checked out on the server; what has no text is removed.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.server().join(name);
            if text.is_empty() {
                fs::remove_file(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "change"]);
    }

    /// Makes a branch `change` of `main` with these files, and the merge that GitHub would make of it; and
    /// returns that merge.
    pub(crate) fn propose(&self, files: &[(&str, &str)]) -> String {
        self.git(&["checkout", "--quiet", "-b", "change", "main"]);
        self.commit(files);
        self.git(&["checkout", "--quiet", "main"]);
        self.merge()
    }

    /// The merge of the branch `change` into what `main` is now.
    pub(crate) fn merge(&self) -> String {
        self.git(&["checkout", "--quiet", "--detach", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "change"]);
        let merge = self.git(&["rev-parse", "HEAD"]);
        self.git(&["update-ref", "refs/pull/1/merge", &merge]);
        self.git(&["checkout", "--quiet", "main"]);
        merge
    }

    /// What git says on the server.
    pub(crate) fn git(&self, words: &[&str]) -> String {
        git(&self.server(), words)
    }

    /// Checks a commit out as actions/checkout and runners of GitLab do: the commit alone, without history.
    pub(crate) fn check_out_shallow(&self, commit: &str) -> PathBuf {
        let folder = self.folder.path().join(format!("shallow-{commit}"));
        fs::create_dir(&folder).unwrap();
        git(&folder, &["init", "--quiet"]);
        git(&folder, &["remote", "add", "origin", &format!("file://{}", self.server().display())]);
        git(&folder, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit]);
        git(&folder, &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
        folder
    }

    /// Checks a commit out with all history.
    pub(crate) fn check_out(&self, commit: &str) -> PathBuf {
        let folder = self.folder.path().join(format!("whole-{commit}"));
        let server = self.server().display().to_string();
        git(self.folder.path(), &["clone", "--quiet", &server, &folder.display().to_string()]);
        git(&folder, &["fetch", "--quiet", "origin", commit]);
        git(&folder, &["checkout", "--quiet", "--detach", commit]);
        folder
    }

    fn server(&self) -> PathBuf {
        self.folder.path().join("server")
    }
}

/// What git says in a folder.
fn git(folder: &Path, words: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(["-c", "commit.gpgsign=false", "-c", "advice.detachedHead=false"])
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = git.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {words:?}: {error}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
