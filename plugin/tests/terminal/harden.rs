//! Runs the command as a user would, away from the settings of whoever runs the tests.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Standard output of a run that must have gone well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }

    /// Standard error of a run that must have been rejected with exit code 2 and no output.
    #[track_caller]
    pub(crate) fn rejected(self) -> String {
        self.silent(2)
    }

    /// Standard error of a run that must have ended with this exit code and no output.
    #[track_caller]
    pub(crate) fn silent(self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{}", self.stderr);
        self.stderr
    }
}

/// The command, with an empty home and none of the user's variables.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"));
    for variable in
        ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"]
    {
        command.env_remove(variable);
    }
    command.env("HOME", "/nonexistent").env("TERM", "dumb");
    command
}

/// Runs `kubectl harden` with these words.
pub(crate) fn harden<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Ended {
    finish(command().args(words), "")
}

/// Runs a command line as it is written in the README, without its first two words.
pub(crate) fn line(text: &str) -> Ended {
    harden(text.split_whitespace())
}

/// Runs a command to its end, with this text on standard input.
pub(crate) fn finish(command: &mut Command, input: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    // Beside the reading below: a command that answers while it reads would wait for us otherwise. One
    // that needs no input may be gone before it is written.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the input is written");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("standard output is text"),
        stderr: String::from_utf8(output.stderr).expect("standard error is text"),
    }
}
