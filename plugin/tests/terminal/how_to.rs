//! The how-tos of `docs/`: every command that they show works as it stands there.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::against::{git, repository};
use crate::check::{Folder, POD};
use crate::harden::{command, finish};

/// The lines of a page's shell blocks.
fn lines(page: &str) -> Vec<&str> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|it| it.split("```").next());
    blocks.flat_map(str::lines).filter(|it| !it.is_empty()).collect()
}

/// Runs a line in a shell that finds the command as `kubectl harden`.
fn run(folder: &Path, line: &str) -> (i32, String) {
    let tools = folder.join(".tools");
    fs::create_dir_all(&tools).unwrap();
    let kubectl = tools.join("kubectl");
    let program = env!("CARGO_BIN_EXE_kubectl-harden");
    fs::write(&kubectl, format!("#!/bin/sh\nshift\nexec '{program}' \"$@\"\n")).unwrap();
    fs::set_permissions(&kubectl, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("/bin/sh");
    shell.envs(command().get_envs().filter_map(|(name, it)| Some((name, it?))));
    shell.env("PATH", path).args(["-ec", line]).current_dir(folder);
    let ended = finish(&mut shell, "");
    (ended.code, format!("{}{}", ended.stdout, ended.stderr))
}

#[test]
fn every_command_of_the_page_on_fixes_works() {
    let lines = lines(include_str!("../../../docs/fix.md"));
    assert!(lines.len() > 6, "{lines:?}");
    for line in lines {
        let folder = Folder::with(&[("manifests/web.yaml", POD)]);
        let (code, said) = run(folder.path(), line);
        // What is left undone keeps the pod from its level, and the exit code says so.
        let is_partial = line.contains("--safe-only") || line.contains("--rule");
        assert_eq!(code, i32::from(is_partial), "{line}: {said}");
        let changes = line.contains("git apply") || line.contains("--write");
        let now = fs::read_to_string(folder.path().join("manifests/web.yaml")).unwrap();
        assert_eq!(now != POD, changes, "{line}");
        assert_eq!(now.contains("privileged: false"), changes, "{line}: {now}");
    }
}

#[test]
fn every_command_of_the_page_on_pull_requests_works() {
    let lines = lines(include_str!("../../../docs/pull-requests.md"));
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        let both = format!("{POD}---\n{}", POD.replace("name: web", "name: api"));
        let folder = repository(&[("manifests/web.yaml", POD), ("rendered-before/all.yaml", POD)]);
        git(folder.path(), &["update-ref", "refs/remotes/origin/main", "HEAD"]);
        fs::write(folder.path().join("manifests/web.yaml"), &both).unwrap();
        fs::create_dir(folder.path().join("rendered")).unwrap();
        fs::write(folder.path().join("rendered/all.yaml"), &both).unwrap();
        let (code, said) = run(folder.path(), line);
        // What is new fails, and of what was saved a moment ago nothing is.
        assert_eq!(code, i32::from(!line.contains("before.json")), "{line}: {said}");
        assert!(line.contains("-o github") || said.contains(" new, "), "{line}: {said}");
    }
}
