//! The programs that steps of CI use, where they are at hand.

use std::process::{Command, Stdio};

/// Whether all of them are there; if not, the test is skipped with a loud line, but fails with `CI=true`.
pub(crate) fn are_there(names: &[&str]) -> bool {
    let is_missing = |name: &&&str| {
        let mut program = Command::new(name);
        program.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        program.status().is_err()
    };
    let Some(missing) = names.iter().find(is_missing) else { return true };
    let is_ci = std::env::var("CI").is_ok_and(|it| it == "true");
    assert!(!is_ci, "there is no {missing}");
    harness::skip(harness::Need::Programs, &format!("there is no {missing}"));
    false
}
