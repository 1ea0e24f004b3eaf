//! The Debian package, held to Debian's own tools where they are at hand.

use std::path::Path;
use std::process::Command;

use crate::bare;
use crate::built;
use crate::sandbox::{self, Sandbox, finish};

/// The output of one of Debian's tools; `None`, loudly, where it is not there.
fn ask(program: &str, words: &[&str], package: &Path) -> Option<String> {
    let Ok(output) = Command::new(program).args(words).arg(package).output() else {
        harness::skip(
            harness::Need::Programs,
            &format!("{program} is not there: apt-get install {program}"),
        );
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}{complaint}");
    Some(said)
}

fn package() -> Option<std::path::PathBuf> {
    let arch = if cfg!(target_arch = "aarch64") { "arm64.deb" } else { "amd64.deb" };
    built::file("kubectl-harden_", arch)
}

#[test]
fn it_depends_on_nothing_and_belongs_to_root() {
    let Some(package) = package() else { return };
    let Some(fields) = ask("dpkg-deb", &["--field"], &package) else { return };
    assert!(fields.contains("Package: kubectl-harden\n"), "{fields}");
    for relation in ["Depends", "Recommends", "Suggests"] {
        assert!(!fields.contains(relation), "{fields}");
    }
    let files = ask("dpkg-deb", &["--contents"], &package).unwrap();
    assert!(files.lines().all(|it| it.contains(" root/root ") || it.contains(" 0/0 ")), "{files}");
    for path in [
        "./usr/bin/kubectl-harden",
        "./usr/bin/kubectl_complete-harden",
        "./usr/share/bash-completion/completions/kubectl-harden",
        "./usr/share/zsh/vendor-completions/_kubectl-harden",
        "./usr/share/fish/vendor_completions.d/kubectl-harden.fish",
        "./usr/share/man/man1/kubectl-harden-check.1.gz",
        "./usr/share/doc/kubectl-harden/copyright",
    ] {
        assert!(files.contains(&format!(" {path}")), "{path}: {files}");
    }
}

#[test]
fn debians_own_checks_of_packages_object_to_nothing() {
    let Some(package) = package() else { return };
    let words = ["--fail-on", "error,warning", "--tag-display-limit", "0", "--allow-root"];
    let Some(said) = ask("lintian", &words, &package) else { return };
    assert_eq!(said, "");
}

#[test]
fn it_installs_into_a_bare_debian_without_a_network_and_goes_without_a_trace() {
    let Some(package) = package() else { return };
    let Some(root) = sandbox::is_there().then(bare::debian).flatten() else { return };
    std::fs::copy(package, root.path().join("root/package.deb")).unwrap();
    let sandbox = Sandbox {
        root: root.path(),
        folder: "/root",
        user: 0,
        is_read_only: false,
        has_network: false,
    };
    let script = "\
set -e
dpkg --install package.deb
[ -z \"$(dpkg --verify kubectl-harden)\" ]
kubectl-harden version
man kubectl-harden-check | head -n 4
kubectl_complete-harden che
dpkg --purge kubectl-harden
rm -r /var/cache/man
! find / -xdev -name '*kubectl*harden*' -print | grep .";
    let mut bash = sandbox.command("/bin/bash");
    bash.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("TERM", "dumb");
    let (code, said) = finish(bash.args(["-c", script]), b"");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("check\t") && said.contains("NAME"), "{said}");
}
