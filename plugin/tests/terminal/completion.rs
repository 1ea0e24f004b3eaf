//! Completion, in shells and through kubectl.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::harden::{finish, line};

#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = line(&format!("completion {shell}")).ok();
        assert!(script.contains("namespace"), "{shell}");
    }
}

/// Calls the command as kubectl does for `kubectl harden WORDS<TAB>`.
fn complete(words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl_complete-harden");
    symlink(env!("CARGO_BIN_EXE_kubectl-harden"), &link).unwrap();
    finish(Command::new(link).args(words), "").ok()
}

#[test]
fn kubectl_gets_candidates_with_their_help() {
    let answer = complete(&["na"]);
    assert!(answer.starts_with("namespace\tMake namespaces"), "{answer}");
    assert!(answer.ends_with("\n:4\n"), "{answer}");
}

#[test]
fn flags_and_their_values_are_completed() {
    assert!(complete(&["namespace", "--allow-s"]).starts_with("--allow-same-namespace\t"));
    let levels = complete(&["namespace", "--level", ""]);
    for level in ["privileged", "baseline", "restricted"] {
        assert!(levels.contains(&format!("{level}\t")), "{levels}");
    }
    assert!(complete(&["namespace", "--only", "default-deny,d"]).contains("default-deny,dns"));
}

#[test]
fn files_are_left_to_the_shell() {
    assert_eq!(complete(&["namespace", "-f", ""]), ":0\n");
}
