//! A bare Debian with nothing added but the archive, and no network: what its users do first.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tempfile::TempDir;

use crate::built;
use crate::sandbox::{self, Sandbox, finish};

/// The release, and what is installed in it beyond what every Debian has.
const SUITE: &str = "bookworm";
const PACKAGES: &str = "man-db,bash-completion";

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a:1, securityContext: {privileged: true}}]}\n";

/// What is done, how it ends, and what is seen then.
const STEPS: [(&str, &str, i32, &str); 7] = [
    ("it is on PATH", "kubectl-harden version", 0, env!("CARGO_PKG_VERSION")),
    ("kubectl finds it", "kubectl harden version", 0, env!("CARGO_PKG_VERSION")),
    ("bash completes it", BASH, 0, "check"),
    ("kubectl completes it", "kubectl __complete harden ''", 0, "check\t"),
    ("its pages are in the manual", "man kubectl-harden-check | head -n 20", 0, "NAME"),
    ("it checks a file", "kubectl harden check /root/pod.yaml", 1, "privileged-container"),
    ("it makes a namespace", "kubectl harden namespace team-a", 0, "kind: NetworkPolicy"),
];

/// What the tab key does after `kubectl-harden che`: loads the completion of the command, and calls it.
const BASH: &str = "\
. /usr/share/bash-completion/bash_completion
_completion_loader kubectl-harden
function=$(complete -p kubectl-harden | sed 's/.* -F \\([^ ]*\\).*/\\1/')
COMP_WORDS=(kubectl-harden che) COMP_CWORD=1 COMP_LINE='kubectl-harden che' COMP_POINT=18 COMP_TYPE=9
compopt() { :; }
$function kubectl-harden che kubectl-harden
printf '%s\\n' \"${COMPREPLY[@]}\"";

#[test]
fn a_bare_debian_needs_the_archive_and_no_network() {
    let Some(archive) = built::file("kubectl-harden-v", machine()) else { return };
    let Some(root) = sandbox::is_there().then(debian).flatten() else { return };
    let Some(kubectl) = harness::binary_for_test() else { return };
    install(&archive, root.path());
    // A copy of its own, called what it is to be: the program goes by its name.
    std::fs::copy(kubectl, root.path().join("usr/local/bin/kubectl")).unwrap();
    std::fs::write(root.path().join("root/pod.yaml"), POD).unwrap();
    let sandbox = Sandbox {
        root: root.path(),
        folder: "/root",
        user: 0,
        is_read_only: false,
        has_network: false,
    };
    for (what, script, expected, seen) in STEPS {
        let mut bash = sandbox.command("/bin/bash");
        bash.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/root").env("TERM", "dumb");
        let start = Instant::now();
        let (code, said) = finish(bash.args(["-c", script]), b"");
        println!("{:>5.2} s  {what}", start.elapsed().as_secs_f64());
        assert_eq!(code, Some(expected), "{what}: {said}");
        assert!(said.contains(seen), "{what}: {said}");
    }
}

/// The ending of the archive for this machine.
fn machine() -> &'static str {
    if cfg!(target_arch = "aarch64") { "-linux-arm64.tar.gz" } else { "-linux-amd64.tar.gz" }
}

/// Unpacks the archive to where a system keeps what its administrator installs.
fn install(archive: &Path, root: &Path) {
    let local = root.join("usr/local");
    let staged = tempfile::tempdir().unwrap();
    run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(staged.path()));
    for (from, to) in [
        ("kubectl-harden", "bin/kubectl-harden"),
        ("completions/kubectl_complete-harden", "bin/kubectl_complete-harden"),
        ("completions/bash/kubectl-harden", "share/bash-completion/completions/kubectl-harden"),
        ("man", "share/man"),
    ] {
        let to = local.join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        // Over the link to the manual of the system, where there is one.
        run(Command::new("cp").arg("-RT").arg(staged.path().join(from)).arg(to));
    }
}

/// A Debian of our own, made once by its own tools and kept; `None`, loudly, where these are not there.
pub(crate) fn debian() -> Option<TempDir> {
    // Tests run side by side, and each would make one: who comes second waits for the first.
    static MAKING: Mutex<()> = Mutex::new(());
    let kept = harness::cache().unwrap().join(format!("debian-{SUITE}.tar"));
    {
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.exists() {
            bootstrap(&kept)?;
        }
    }
    let root = tempfile::tempdir().unwrap();
    run(Command::new("tar")
        .args(["--numeric-owner", "-xpf"])
        .arg(&kept)
        .arg("-C")
        .arg(root.path()));
    Some(root)
}

fn bootstrap(kept: &Path) -> Option<()> {
    std::fs::create_dir_all(kept.parent()?).unwrap();
    let part: PathBuf = kept.with_extension("tar.part");
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap.args(["--quiet", "--variant=minbase", "--format=tar"]);
    // It is made anew where it was not made whole.
    mmdebstrap.arg("--dpkgopt=force-unsafe-io");
    // What nobody reads here is not unpacked; what is installed later is, as everywhere.
    for folder in ["doc", "locale"] {
        mmdebstrap.arg(format!("--dpkgopt=path-exclude=/usr/share/{folder}/*"));
    }
    mmdebstrap.arg("--customize-hook=rm \"$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap\"");
    mmdebstrap.arg(format!("--include={PACKAGES}")).arg(SUITE).arg(&part);
    let Ok(output) = mmdebstrap.output() else {
        harness::skip(
            harness::Need::Debian,
            "the tool that makes a bare Debian is not there: apt-get install mmdebstrap",
        );
        return None;
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim_end().lines().last().unwrap_or_default();
        let why = format!("no bare Debian can be made here: {said}");
        harness::skip(harness::Need::Debian, &why);
        return None;
    }
    std::fs::rename(part, kept).unwrap();
    Some(())
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
