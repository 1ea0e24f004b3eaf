//! The plugin as users call it: through kubectl, with kubectl's flags, into kubectl.

use std::os::unix::fs::symlink;
use std::process::Command;

use harness::ControlPlane;

use crate::harden::finish;

/// kubectl with the plugin and its completion on PATH.
pub(crate) struct Kubectl<'a> {
    plane: &'a ControlPlane,
    folder: tempfile::TempDir,
}

impl<'a> Kubectl<'a> {
    pub(crate) fn new(plane: &'a ControlPlane) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["kubectl-harden", "kubectl_complete-harden"] {
            symlink(env!("CARGO_BIN_EXE_kubectl-harden"), folder.path().join(name)).unwrap();
        }
        Self { plane, folder }
    }

    fn command(&self, words: &str) -> Command {
        self.with_path(self.plane.kubectl(words.split_whitespace()))
    }

    /// Another program, which finds kubectl, the plugin and the cluster.
    pub(crate) fn environment(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("KUBECONFIG", self.plane.kubeconfig()).env("HOME", self.folder.path());
        self.with_path(command)
    }

    fn with_path(&self, mut command: Command) -> Command {
        let folders =
            [self.folder.path(), self.plane.bin_dir(), "/usr/bin".as_ref(), "/bin".as_ref()];
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command
    }

    fn run(&self, words: &str) -> crate::harden::Ended {
        finish(&mut self.command(words), "")
    }
}

#[test]
fn kubectl_finds_the_plugin_and_takes_what_it_prints() {
    let Some(plane) = ControlPlane::shared() else { return };
    let kubectl = Kubectl::new(plane);
    assert!(kubectl.run("plugin list").stdout.contains("/kubectl-harden"));
    let yaml = kubectl.run("harden namespace through-kubectl").ok();
    let printed = finish(&mut kubectl.command("apply --server-side -f -"), &yaml).ok();
    assert!(printed.contains("namespace/through-kubectl serverside-applied"), "{printed}");
}

#[test]
fn flags_mean_what_they_mean_in_kubectl() {
    let Some(plane) = ControlPlane::shared() else { return };
    let kubectl = Kubectl::new(plane);
    kubectl.run("harden namespace -n kubectl-flags --apply --context admin").ok();
    let rejected = kubectl.run("harden namespace -n kubectl-flags --apply --as carol");
    assert!(rejected.stderr.contains("User \"carol\" cannot"), "{}", rejected.stderr);

    let missing =
        std::env::join_paths([plane.kubeconfig(), "/nonexistent/config".as_ref()]).unwrap();
    let ended = finish(
        kubectl.command("harden namespace kubectl-flags --diff").env("KUBECONFIG", &missing),
        "",
    );
    assert_eq!(ended.code, 0, "missing files of a list are left out: {}", ended.stderr);

    let file = plane.kubeconfig().to_str().unwrap();
    let words = format!("harden namespace kubectl-flags --diff --kubeconfig {file}");
    let ended = finish(kubectl.command(&words).env("KUBECONFIG", "/nonexistent/config"), "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn kubectl_completes_the_plugin() {
    let Some(plane) = ControlPlane::shared() else { return };
    let kubectl = Kubectl::new(plane);
    let mut command = kubectl.command("__complete harden namespace --level");
    command.arg("");
    let answer = finish(&mut command, "").ok();
    assert!(answer.contains("restricted\tCurrent best practice for pods"), "{answer}");
}
