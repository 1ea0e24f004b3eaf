//! What a test does when something is not there: skip loudly, or fail where it must be there.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread;

use crate::binary::binary;
use crate::need::{Need, is_required};

/// What to do when nothing is built.
pub(crate) const MISSING: &str =
    "no control plane: run `cargo xtask control-plane` once to build it, or set KUBEBUILDER_ASSETS";

/// Names the file to which tests add a line for what they skip: the need, the suite and the test, with tabs
/// between them.
pub const SKIPPED_FILE: &str = "HARDEN_SKIPPED_FILE";

/// The control-plane binary, for a test that calls it itself; `None` where it is not built.
///
/// # Panics
///
/// It is not built where a control plane is required.
#[must_use]
pub fn binary_for_test() -> Option<PathBuf> {
    let found = binary();
    if found.is_none() {
        skip(
            Need::ControlPlane,
            "no control plane of the project's own: run `cargo xtask control-plane` once to build it",
        );
    }
    found
}

/// Says that the current test is skipped, and why, past the test runner's capture, and in the file that
/// [`SKIPPED_FILE`] names.
///
/// # Panics
///
/// The test must not be skipped: where `CI` is `true`; of the control plane also where
/// `HARDEN_REQUIRE_CONTROL_PLANE` is `1`, and of data not where `HARDEN_SHARED` is set to nothing.
pub fn skip(need: Need, reason: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("SKIPPED {test}: {reason}");
    assert!(!is_required(need), "{line}");
    // Past the test runner's capture, which would hide the line of a test that then passes.
    let _ = writeln!(io::stderr(), "{line}");
    if let Some(path) = env::var_os(SKIPPED_FILE) {
        let suite = env::current_exe().ok().and_then(|it| Some(it.file_stem()?.to_os_string()));
        let suite = suite.unwrap_or_default();
        let record = format!("{}\t{}\t{test}\n", need.key(), suite.to_string_lossy());
        // One write, because suites and threads add lines at the same time.
        let file = OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut it| it.write_all(record.as_bytes()));
    }
}
