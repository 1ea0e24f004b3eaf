//! A control plane leaves no process and no file behind, however it ends.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use harness::eventually;

/// The commands of running processes that name a path below `directory`.
fn processes(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(&*directory.to_string_lossy()) {
            found.push(command);
        }
    }
    found
}

/// Starts a control plane in `directory` by a shell, and returns when it is ready.
fn start_by_shell(binary: &Path, directory: &Path, script: &str) -> Child {
    let mut shell = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(binary)
        .env("TMPDIR", directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = shell.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert!(line.starts_with("ready "), "{line:?}");
    assert_eq!(processes(directory).len(), 3, "{:?}", processes(directory));
    shell
}

fn assert_nothing_is_left(directory: &Path) {
    eventually("the end of every process", || processes(directory).is_empty().then_some(()));
    eventually("the removal of every file", || {
        fs::read_dir(directory).unwrap().next().is_none().then_some(())
    });
}

#[test]
fn nothing_is_left_when_the_parent_is_killed() {
    let Some(binary) = harness::binary_for_test() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut shell = start_by_shell(&binary, directory.path(), r#""$1" run & wait"#);
    shell.kill().unwrap();
    shell.wait().unwrap();
    assert_nothing_is_left(directory.path());
}

#[test]
fn nothing_is_left_when_it_is_asked_to_end() {
    let Some(binary) = harness::binary_for_test() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut runner = start_by_shell(&binary, directory.path(), r#"exec "$1" run"#);
    let pid = runner.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(runner.wait().unwrap().success());
    assert!(processes(directory.path()).is_empty());
    assert!(fs::read_dir(directory.path()).unwrap().next().is_none());
}

#[test]
fn no_component_outlives_a_runner_that_is_killed() {
    let Some(binary) = harness::binary_for_test() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let mut runner = start_by_shell(&binary, directory.path(), r#"exec "$1" run"#);
    runner.kill().unwrap();
    runner.wait().unwrap();
    eventually("the end of every component", || {
        processes(directory.path()).is_empty().then_some(())
    });
}

#[test]
fn a_file_that_is_no_kubeconfig_of_ours_is_left_alone() {
    let Some(binary) = harness::binary_for_test() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let precious = directory.path().join("config");
    fs::write(&precious, "apiVersion: v1\nkind: Config\n").unwrap();
    let output =
        Command::new(binary).args(["run", "--kubeconfig"]).arg(&precious).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("did not write: name another"));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "apiVersion: v1\nkind: Config\n");
}
