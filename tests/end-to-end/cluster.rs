//! The command, pointed at the control plane of the tests.

use std::process::Command;

use harness::ControlPlane;

use crate::harden::{Ended, command, finish};

/// `kubectl-harden` with the kubeconfig of the control plane.
pub(crate) fn harden_on(plane: &ControlPlane) -> Command {
    let mut command = command();
    command.env("KUBECONFIG", plane.kubeconfig());
    command
}

/// Runs a command line against the control plane.
pub(crate) fn line_on(plane: &ControlPlane, words: &str) -> Ended {
    finish(harden_on(plane).args(words.split_whitespace()), "")
}

/// Makes a hardened namespace and waits for what controllers add to it.
pub(crate) fn namespace(plane: &ControlPlane, name: &str, words: &str) {
    line_on(plane, &format!("namespace {name} --apply {words}")).ok();
    plane.kubectl_ok([
        "wait",
        "--for=create",
        "serviceaccount/default",
        "-n",
        name,
        "--timeout=180s",
    ]);
}
