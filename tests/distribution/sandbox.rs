//! A folder as the root of a process, in namespaces of its own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a process is shut in.
pub(crate) struct Sandbox<'a> {
    /// What it sees as the root of all files.
    pub(crate) root: &'a Path,
    /// Where in it the process begins.
    pub(crate) folder: &'a str,
    /// The numbers of the user and of their group.
    pub(crate) user: u32,
    /// Whether nothing below the root can be written, not even by those who may.
    pub(crate) is_read_only: bool,
    /// Whether the process reaches what this machine reaches, itself among it.
    pub(crate) has_network: bool,
}

/// Makes a folder the root. The mounts are of this namespace, and go with it; kubectl asks /proc for its own name.
const ENTER: &str = "\
set -e
root=$1
options=$2
shift 2
/bin/mount --bind \"$root\" \"$root\"
[ ! -d \"$root/proc\" ] || /bin/mount -t proc proc \"$root/proc\"
/bin/mount -o \"$options\" \"$root\"
exec /usr/bin/unshare --root \"$root\" \"$@\"";

impl Sandbox<'_> {
    /// A program in it, without any variable.
    pub(crate) fn command(&self, program: &str) -> Command {
        let options = if self.is_read_only { "remount,ro,bind" } else { "remount,bind" };
        let mut command = Command::new("/usr/bin/unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child"]);
        if !self.has_network {
            command.arg("--net");
        }
        command.args(["--", "/bin/sh", "-c", ENTER, "sh"]).arg(self.root).args([options, "--wd"]);
        command.arg(self.folder);
        let user = self.user.to_string();
        command.args(["--setgid", &user, "--setuid", &user, "--", program]).env_clear();
        command
    }
}

/// Whether a process can be given another root here; else the test is skipped with a loud line.
pub(crate) fn is_there() -> bool {
    let mut unshare = Command::new("/usr/bin/unshare");
    unshare.args(["--mount", "--net", "--pid", "--fork", "--setgid", "65532", "--setuid", "65532"]);
    let output = unshare.arg("true").output();
    let is_there = output.is_ok_and(|it| it.status.success());
    if !is_there {
        harness::skip(
            harness::Need::Root,
            "only root on Linux may give a process another root: run the tests as root",
        );
    }
    is_there
}

/// Runs a program to its end with this text on standard input, and returns its exit code and all that it said.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> (Option<i32>, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // Whoever needs no input may be gone before it is written.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    });
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}
