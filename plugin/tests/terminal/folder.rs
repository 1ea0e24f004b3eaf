//! `--output-dir`: one file per object, and nobody else's file is touched.

use std::fs;
use std::path::Path;

use crate::gallery;
use crate::harden::harden;

fn write_to(folder: &Path, words: &[&str]) -> crate::harden::Ended {
    let folder = folder.to_str().unwrap();
    harden([&["namespace", "team-a", "--output-dir", folder], words].concat())
}

#[test]
fn every_object_gets_a_file_and_kustomize_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("new/deploy");
    assert_eq!(write_to(&target, &["--allow-same-namespace"]).ok(), "");
    let mut names: Vec<_> = fs::read_dir(&target)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let kustomization = fs::read_to_string(target.join("kustomization.yaml")).unwrap();
    let deny = fs::read_to_string(target.join("team-a-networkpolicy-default-deny.yaml")).unwrap();
    let page = format!(
        "{}\n\n== kustomization.yaml\n{kustomization}\n== team-a-networkpolicy-default-deny.yaml\n{deny}",
        names.join("\n")
    );
    gallery("terminal").bind(|| insta::assert_snapshot!("output-dir", page));
}

#[test]
fn a_second_run_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let read = || -> Vec<(String, String)> {
        let files = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path());
        let mut files: Vec<_> =
            files.map(|it| (it.display().to_string(), fs::read_to_string(&it).unwrap())).collect();
        files.sort();
        files
    };
    write_to(folder.path(), &[]).ok();
    let first = read();
    write_to(folder.path(), &[]).ok();
    assert_eq!(first, read());
}

#[test]
fn files_of_others_are_kept_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("team-a-serviceaccount-default.yaml");
    fs::write(&foreign, "kind: Mine\n").unwrap();
    let message = write_to(folder.path(), &[]).rejected();
    assert!(message.contains(
        "team-a-serviceaccount-default.yaml was not written by this command; --force overwrites it"
    ));
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "kind: Mine\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else was written");
    write_to(folder.path(), &["--force"]).ok();
    assert!(fs::read_to_string(&foreign).unwrap().contains("kind: ServiceAccount"));
}

#[test]
fn files_of_an_earlier_run_are_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &["--allow-internet"]).ok();
    let ended = write_to(folder.path(), &[]);
    assert!(
        ended.stderr.contains("team-a-networkpolicy-allow-internet.yaml is from an earlier run"),
        "{}",
        ended.stderr
    );
}

#[cfg(unix)]
#[test]
fn files_can_be_read_by_others_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    write_to(folder.path(), &["--only", "namespace"]).ok();
    let mode =
        fs::metadata(folder.path().join("team-a-namespace.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}
