//! Programs that keep credentials for docker: `docker-credential-NAME get`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Credentials, of_user};
use crate::registry::fault::Fault;

/// A program may ask somebody to unlock something, but not for ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// No answer is longer.
const MOST: u64 = 64 << 10;

/// What every helper says where it knows a registry not.
const UNKNOWN: &str = "credentials not found in native keychain";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: Zeroizing<String>,
}

/// What helpers answered about registries, so that each is asked once.
#[derive(Debug, Default)]
pub(crate) struct Answers(Mutex<BTreeMap<(String, String), Asked>>);

type Asked = Result<Option<Credentials>, Fault>;

impl Answers {
    /// Asks a helper about a registry; `None` where it knows nothing of it. What it writes is never shown, for it
    /// may be a secret.
    pub(super) fn ask(&self, name: &str, server: &str, programs: &OsStr) -> Asked {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || ask_within(name, server, programs, PATIENCE);
        all.entry((name.to_owned(), server.to_owned())).or_insert_with(ask).clone()
    }
}

fn ask_within(name: &str, server: &str, programs: &OsStr, patience: Duration) -> Asked {
    let is_name =
        name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'));
    if name.is_empty() || !is_name {
        return Err(Fault::wrong(
            "the name of its credential helper is none: letters, digits, `-`, `_` and `.`",
        ));
    }
    let program = format!("docker-credential-{name}");
    let fault = |why: &str| Fault::wrong(format!("the credential helper {program} {why}"));
    let path = find(&program, programs).ok_or_else(|| fault("is not in PATH"))?;
    let mut command = Command::new(path);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|_| fault("cannot be run"))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(fault("cannot be talked to"));
    };
    let (send, receive) = mpsc::channel();
    // What the program starts may keep the pipe open after it was ended, so nobody waits for this thread.
    thread::spawn(move || {
        let mut output = Zeroizing::new(Vec::with_capacity(4096));
        let read = stdout.take(MOST + 1).read_to_end(&mut output);
        let _ = send.send(read.map(|_| output));
    });
    // A helper that reads nothing may have all that it needs.
    let _ = writeln!(stdin, "{server}");
    drop(stdin);
    let start = Instant::now();
    let output = receive.recv_timeout(patience);
    let Ok(output) = output else {
        end(&mut child);
        return Err(fault(&format!("did not answer within {} s", patience.as_secs())));
    };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < patience => thread::sleep(Duration::from_millis(5)),
            _ => {
                end(&mut child);
                return Err(fault("did not end"));
            }
        }
    };
    let output = output.map_err(|_| fault("could not be read"))?;
    if output.len() as u64 > MOST {
        return Err(fault("answers too much"));
    }
    if !status.success() {
        let is_unknown = output.windows(UNKNOWN.len()).any(|it| it == UNKNOWN.as_bytes());
        return if is_unknown { Ok(None) } else { Err(fault("failed: run it by hand to see why")) };
    }
    let answer: Answer = serde_json::from_slice(&output)
        .map_err(|_| fault("answers something other than a name and a secret"))?;
    let is_empty = answer.username.is_empty() && answer.secret.is_empty();
    Ok((!is_empty).then(|| of_user(&answer.username, &answer.secret)))
}

/// Ends a program, with what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// A program in the folders that `PATH` names, as far as they are named in full: what the current folder holds may
/// come from anybody.
fn find(program: &str, programs: &OsStr) -> Option<PathBuf> {
    let program = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::split_paths(programs).filter(|it| it.is_absolute());
    folders.map(|it| it.join(&program)).find(|it| it.is_file())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn helper(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-test");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    fn said(script: &str) -> String {
        let folder = helper(script);
        let patience = Duration::from_secs(2);
        match ask_within("test", "registry.example", folder.path().as_os_str(), patience) {
            Ok(Some(Credentials::Password { user, password })) => format!("{user}:{}", *password),
            Ok(Some(Credentials::Identity(token))) => format!("token {}", *token),
            Ok(Some(Credentials::Token(_))) => unreachable!("no helper answers so"),
            Ok(None) => "nobody".to_owned(),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn a_helper_is_asked_as_docker_asks_it() {
        let echo = r#"read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"$1-$server\",\"Secret\":\"s\"}""#;
        assert_eq!(said(echo), "get-registry.example:s");
        assert_eq!(said(r#"echo '{"Username":"<token>","Secret":"t"}'"#), "token t");
        assert_eq!(said(r#"echo '{"Username":"","Secret":""}'"#), "nobody");
        assert_eq!(said("echo credentials not found in native keychain; exit 1"), "nobody");
    }

    #[test]
    fn a_helper_that_fails_is_named_and_what_it_wrote_is_not() {
        for (script, why) in [
            ("echo hidden; echo hidden >&2; exit 1", "failed: run it by hand"),
            ("echo hidden", "something other than a name and a secret"),
            ("echo '{\"Username\":\"hidden\"}'", "something other than a name and a secret"),
            ("yes hidden | head -c 1000000", "answers too much"),
            ("sleep 60 & wait", "did not answer within 2 s"),
            ("exec 1>&-; sleep 60", "did not end"),
        ] {
            let start = Instant::now();
            let said = said(script);
            assert!(said.contains(why) && !said.contains("hidden"), "{script}: {said}");
            assert!(start.elapsed() < Duration::from_secs(10), "{script}");
        }
        let folder = helper("exit 0");
        for name in ["", "../test", "a/b", "/bin/sh", "a b", "a;b", "other"] {
            assert!(ask_within("test", "", OsStr::new("."), PATIENCE).is_err());
            assert!(
                ask_within(name, "registry.example", folder.path().as_os_str(), PATIENCE).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn what_a_helper_started_ends_with_it() {
        let folder = helper("sleep 61.25 & echo $! > \"$0.pid\"; wait");
        let asked = ask_within("test", "x", folder.path().as_os_str(), Duration::from_secs(1));
        assert!(asked.is_err());
        let pid = fs::read_to_string(folder.path().join("docker-credential-test.pid")).unwrap();
        let is_there = || {
            let status =
                fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            !status.is_empty() && !status.contains(") Z ")
        };
        let start = Instant::now();
        while is_there() && start.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(!is_there(), "{pid}");
    }
}
