//! Where generated files go: into regular files that are new or given up, whole, all or none.

use std::fs;
use std::path::Path;

use crate::harden::{harden, line};

/// A generator of a file without keys, which may overwrite, and one of a file with a key.
const GENERATORS: [&str; 4] = [
    "pod-security --force",
    "audit-policy --force",
    "audit-policy --print-flags --force",
    "encryption",
];

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_never_replaced() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let pipe = at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("target"), "mine").unwrap();
    symlink(at("target"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    let before = names(folder.path());
    for generator in GENERATORS {
        for name in ["pipe", "folder", "link", "dangling"] {
            let words = format!("{generator} --output-file {}", at(name).display());
            let message = line(&words).rejected();
            assert!(message.contains("is no regular file: name another file"), "{message}");
        }
    }
    assert_eq!(names(folder.path()), before, "nothing is left behind");
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(at("target")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_report_goes_into_a_pipe_and_not_in_its_place() {
    use std::os::unix::fs::FileTypeExt as _;

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let manifest = folder.path().join("pod.yaml");
    fs::write(
        &manifest,
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}",
    )
    .unwrap();
    // Both ends at once: whoever opens one of them waits for the other, and nobody may if this fails.
    let held = fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let output = format!("json={}", pipe.display());
    let manifest = manifest.display().to_string();
    let ended = harden(["check", "-f", &manifest, "--fail-on", "never", "--output-file", &output]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    let mut start = [0];
    std::io::Read::read_exact(&mut &held, &mut start).unwrap();
    assert_eq!(start, *b"{");
}

#[test]
fn a_missing_folder_is_named_and_no_temporary_file() {
    for generator in GENERATORS {
        let message = line(&format!("{generator} --output-file /nonexistent/a/b.yaml")).rejected();
        let expected = "error: there is no folder /nonexistent/a: make it first\n";
        assert!(message.ends_with(expected), "{message}");
    }
}

#[test]
fn of_several_files_all_are_written_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("encryption.yaml").display().to_string();
    harden(["encryption", "--output-file", &file]).ok();
    let target = folder.path().join("rotation");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("4-retire.yaml"), "mine").unwrap();
    let words = ["encryption", "rotate", "-f", &file, "--output-dir", target.to_str().unwrap()];
    assert!(harden(words).rejected().contains("4-retire.yaml exists"));
    assert_eq!(names(&target), ["4-retire.yaml"]);
    assert_eq!(fs::read_to_string(target.join("4-retire.yaml")).unwrap(), "mine");
}
