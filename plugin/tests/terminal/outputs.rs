//! `-o` and `--output-file`: what is printed, what is written, and that none is lost for another.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::harden::{Ended, command, finish};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    folder
}

fn run(folder: &Path, words: &str) -> Ended {
    finish(command().current_dir(folder).args(words.split_whitespace()), "")
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

#[test]
fn a_format_of_its_own_is_written_beside_what_is_printed_and_a_path_alone_instead() {
    let folder = folder();
    let printed = run(folder.path(), "check pod.yaml --fail-on never -o wide").ok();
    let ended =
        run(folder.path(), "check pod.yaml --fail-on never -o wide --output-file json=a.json");
    assert_eq!(ended.ok(), printed);
    assert!(read(&folder, "a.json").starts_with('{'));
    let words =
        "check pod.yaml --fail-on never -o wide --output-file b.txt --output-file csv=c.csv";
    assert_eq!(run(folder.path(), words).ok(), "");
    assert_eq!(read(&folder, "b.txt"), printed);
    assert!(read(&folder, "c.csv").contains("pod.yaml"));
}

#[test]
fn every_command_that_prints_a_format_writes_it_to_a_file() {
    let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";
    let folder = folder();
    fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    for words in [
        "version -o json",
        "rules -o name",
        "simulate pod-security -f pod.yaml --level privileged -o json",
        "simulate audit -f policy.yaml --user a --verb get --resource pods -o json",
        "namespace team-a -o json",
        "namespace team-a",
        "external-secret app -n team-a --key a --store-name vault",
        "audit-policy",
        "pod-security",
    ] {
        let printed = run(folder.path(), words).ok();
        let ended = run(folder.path(), &format!("{words} --output-file out --output-file ./also"));
        assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{words}: {}", ended.stderr);
        let written = read(&folder, "out");
        assert!(written.ends_with(&printed) && !printed.is_empty(), "{words}: {written}");
        assert_eq!(read(&folder, "also"), written, "{words}");
        fs::remove_file(folder.path().join("out")).unwrap();
        fs::remove_file(folder.path().join("also")).unwrap();
    }
}

#[test]
fn two_outputs_to_one_file_are_an_error_before_anything_is_written() {
    let folder = folder();
    for words in [
        "check pod.yaml --output-file json=out --output-file sarif=out",
        "check pod.yaml --output-file json=out --output-file sarif=./out",
        "check pod.yaml --output-file json=out --write-baseline out",
        "rules --output-file json=out --output-file out",
        "namespace team-a --output-file json=out --output-file yaml=out",
        "audit-policy --output-file out --output-file ./out",
    ] {
        let message = run(folder.path(), words).rejected();
        assert!(message.contains("two outputs go to "), "{words}: {message}");
        assert!(!folder.path().join("out").exists(), "{words}");
    }
}

#[test]
fn an_output_that_cannot_be_written_keeps_no_other_from_being_written() {
    let folder = folder();
    for (words, is_printed) in [
        ("check pod.yaml --output-file json=nowhere/a --output-file sarif=out", true),
        ("check pod.yaml --write-baseline nowhere/a --output-file sarif=out", true),
        ("check pod.yaml --output-file nowhere/a --output-file json=out", false),
        ("rules --output-file json=nowhere/a --output-file json=out", true),
        (
            "simulate pod-security -f pod.yaml --output-file json=nowhere/a --output-file json=out",
            true,
        ),
        ("namespace team-a --output-file json=nowhere/a --output-file json=out", true),
        ("audit-policy --output-file nowhere/a --output-file out", false),
    ] {
        let ended = run(folder.path(), words);
        assert_eq!(ended.code, 2, "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains("nowhere"), "{words}: {}", ended.stderr);
        assert_eq!(!ended.stdout.is_empty(), is_printed, "{words}: {}", ended.stdout);
        assert!(!read(&folder, "out").is_empty(), "{words}");
        fs::remove_file(folder.path().join("out")).unwrap();
    }
}

#[test]
fn objects_in_a_file_are_written_again_and_nothing_of_others_is() {
    let folder = folder();
    let words = "namespace team-a --output-file out.yaml";
    let told = run(folder.path(), words).stderr;
    assert!(told.contains("wrote out.yaml"), "{told}");
    let first = read(&folder, "out.yaml");
    run(folder.path(), words).ok();
    assert_eq!(read(&folder, "out.yaml"), first);
    let other = run(folder.path(), "namespace team-a --output-file pod.yaml");
    assert!(
        other
            .rejected()
            .contains("pod.yaml was not written by this command; --force overwrites it")
    );
    assert_eq!(read(&folder, "pod.yaml"), POD);
}

#[test]
fn a_folder_that_is_written_is_told_with_its_files() {
    let folder = folder();
    let told = run(folder.path(), "namespace team-a --output-dir out").stderr;
    assert!(told.starts_with("note: wrote 7 files to out: "), "{told}");
    assert!(told.contains("kustomization.yaml"), "{told}");
}

#[test]
fn check_takes_paths_with_and_without_a_flag() {
    let folder = folder();
    let report = run(folder.path(), "check -f pod.yaml --fail-on never").ok();
    assert_eq!(run(folder.path(), "check pod.yaml --fail-on never").ok(), report);
    assert_eq!(run(folder.path(), "check pod.yaml -f pod.yaml --fail-on never").ok(), report);
    let piped = finish(command().args(["check", "-", "--fail-on", "never"]), POD).ok();
    assert!(piped.contains("stdin"), "{piped}");
    let nothing = run(folder.path(), "check").rejected();
    assert_eq!(
        nothing,
        "error: no cluster is known: there is no kubeconfig at $KUBECONFIG or ~/.kube/config; give --kubeconfig FILE\n"
    );
    let plain = run(folder.path(), "check http://user:secret@127.0.0.1:1/pod.yaml?token=secret");
    assert_eq!(plain.code, 2);
    assert!(
        plain.stderr.contains("http://127.0.0.1:1/pod.yaml: it is not fetched over http"),
        "{}",
        plain.stderr
    );
    assert!(!format!("{}{}", plain.stderr, plain.stdout).contains("secret"), "{plain:?}");
}
