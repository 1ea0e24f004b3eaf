//! What a test does when there is no control plane: skip loudly, or fail where it must be there.

use std::env;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread;

use crate::binary::binary;

/// What to do when nothing is built.
pub(crate) const MISSING: &str =
    "run `cargo xtask control-plane` once to build it, or set KUBEBUILDER_ASSETS";

/// The control-plane binary, for a test that calls it itself; `None` where it is not built.
///
/// # Panics
///
/// It is not built where a control plane is required.
pub fn binary_for_test() -> Option<PathBuf> {
    let found = binary();
    if found.is_none() {
        skip("this test needs the project's own: run `cargo xtask control-plane` once to build it");
    }
    found
}

/// Says that the current test is skipped.
///
/// Panics where a control plane is required.
pub(crate) fn skip(reason: &str) {
    skip_for("control plane", reason);
}

/// The same of something else that a test asks.
pub(crate) fn skip_for(what: &str, reason: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("SKIPPED {test}: no {what}: {reason}");
    assert!(!required(), "{line}");
    // Past the test runner's capture, which would hide the line of a test that then passes.
    let _ = writeln!(io::stderr(), "{line}");
}

fn required() -> bool {
    let is = |name, value: &str| env::var_os(name).is_some_and(|set| set == value);
    is("CI", "true") || is("HARDEN_REQUIRE_CONTROL_PLANE", "1")
}
