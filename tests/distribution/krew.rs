//! The manifest by which krew installs what was built.

use std::process::Command;

use crate::built;

#[test]
fn krew_accepts_the_manifest_and_installs_the_archive_by_it() {
    let Some(manifest) = built::file("harden", ".yaml") else { return };
    let Some(archive) = built::file("kubectl-harden-v", "-linux-amd64.tar.gz") else { return };
    let Some(programs) = harness::krew_for_test() else { return };
    let mut validator = Command::new(programs.join("validate-krew-manifest"));
    let said = validator.arg("-skip-install").arg("-manifest").arg(&manifest).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));

    let root = tempfile::tempdir().unwrap();
    let install = Command::new(programs.join("krew"))
        .args(["install", "--manifest"])
        .arg(&manifest)
        .arg("--archive")
        .arg(&archive)
        .env("KREW_ROOT", root.path())
        .env("KREW_NO_UPGRADE_CHECK", "1")
        .env("KREW_OS", "linux")
        .env("KREW_ARCH", "amd64")
        .output()
        .unwrap();
    assert!(install.status.success(), "{}", String::from_utf8_lossy(&install.stderr));

    let command = root.path().join("bin/kubectl-harden");
    let version = Command::new(command).arg("version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
}
