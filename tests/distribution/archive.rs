//! The archive of this machine.

use std::process::Command;

use crate::built;

#[test]
fn the_archive_holds_the_command_and_what_accompanies_it() {
    let Some(archive) = built::file("kubectl-harden-v", "-linux-amd64.tar.gz") else { return };
    let list = Command::new("tar").arg("-tzf").arg(archive).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    for name in ["kubectl-harden", "LICENSE", "man/man1/kubectl-harden.1", "sbom.cdx.json"] {
        assert!(list.lines().any(|it| it == name), "{name} is missing from:\n{list}");
    }
}
