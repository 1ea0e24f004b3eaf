//! `--snapshot`: files that `snapshot` writes, whole and broken, without any cluster.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::harden::{Ended, command, finish};

const HEADER: &str = r#"{"format":"kubectl-harden-snapshot","version":1,"tool":"0.1.0","context":"a","kubernetes":"v1.37","time":"2026-01-02T03:04:05Z","namespace":null,"configMapValues":true}"#;

fn kind(version: &str, kind: &str, plural: &str, is_namespaced: bool) -> String {
    format!(
        r#"{{"kind":{{"group":"","version":"{version}","kind":"{kind}","plural":"{plural}","namespaced":{is_namespaced}}}}}"#
    )
}

fn end(objects: usize) -> String {
    format!(r#"{{"end":{{"resourceVersion":"7","objects":{objects},"lack":null}}}}"#)
}

fn pod(namespace: &str) -> String {
    format!(
        r#"{{"object":{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web","namespace":"{namespace}"}},"spec":{{"containers":[{{"name":"app","image":"web:1","securityContext":{{"privileged":true}}}}]}}}}}}"#
    )
}

fn namespace(name: &str) -> String {
    format!(
        r#"{{"object":{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}}}"#
    )
}

/// A sound one, of two namespaces with a pod each.
fn lines() -> Vec<String> {
    vec![
        HEADER.to_owned(),
        kind("v1", "Namespace", "namespaces", false),
        namespace("a"),
        namespace("b"),
        end(2),
        kind("v1", "Pod", "pods", true),
        pod("a"),
        pod("b"),
        end(2),
        r#"{"close":{"objects":4}}"#.to_owned(),
    ]
}

fn packed(lines: &[String]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
    out.finish().unwrap()
}

fn folder(bytes: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), bytes).unwrap();
    folder
}

fn run(folder: &Path, words: &str) -> Ended {
    let mut command = command();
    command.args(["check", "--fail-on", "never"]).args(words.split_whitespace());
    finish(command.current_dir(folder), "")
}

#[test]
fn a_snapshot_is_judged_as_a_cluster_at_its_time() {
    let folder = folder(&packed(&lines()));
    let all = run(folder.path(), "--snapshot a");
    assert_eq!(all.code, 0, "{}{}", all.stdout, all.stderr);
    assert!(all.stderr.contains("reading all namespaces of cluster a (Kubernetes v1.37)"));
    assert!(all.stderr.contains("as it was at 2026-01-02T03:04:05Z"), "{}", all.stderr);
    for pod in ["Pod a/web", "Pod b/web"] {
        assert!(all.stdout.contains(pod), "{}", all.stdout);
    }
    let one = run(folder.path(), "--snapshot a -n b");
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert!(one.stdout.contains("Pod b/web") && !one.stdout.contains("a/web"), "{}", one.stdout);
    assert!(one.stderr.contains("reading namespace b of cluster a"), "{}", one.stderr);
    let json = run(folder.path(), "--snapshot a -o junit").stdout;
    assert!(json.contains("2026-01-02T03:04:05"), "{json}");
    let none = run(folder.path(), "--snapshot a -n c").rejected();
    assert!(none.contains("a holds no namespace c"), "{none}");
}

#[test]
fn a_plan_needs_no_values_of_config_maps() {
    let mut lines = lines();
    lines.truncate(lines.len() - 1);
    lines[0] = HEADER.replace(r#"Values":true"#, r#"Values":false"#);
    lines.push(kind("v1", "ConfigMap", "configmaps", true));
    lines.push(r#"{"object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"a"},"data":{"k":""}}}"#.to_owned());
    lines.push(end(1));
    lines.push(r#"{"close":{"objects":5}}"#.to_owned());
    let folder = folder(&packed(&lines));
    let checked = run(folder.path(), "--snapshot a");
    assert_eq!(checked.code, 3, "{}", checked.stderr);
    assert!(checked.stdout.contains("without --with-config-maps"), "{}", checked.stdout);
    let mut command = command();
    let planned = finish(command.args(["plan", "--snapshot", "a"]).current_dir(&folder), "");
    assert!([0, 1].contains(&planned.code), "{}{}", planned.stdout, planned.stderr);
    assert!(!planned.stdout.contains("not read"), "{}", planned.stdout);
    assert!(!planned.stdout.contains("at most"), "{}", planned.stdout);
}

#[test]
fn a_snapshot_may_come_from_standard_input() {
    let given = |bytes: &[u8]| {
        let folder = folder(bytes);
        let mut command = command();
        command.args(["check", "--fail-on", "never", "--snapshot", "-"]);
        command.stdin(fs::File::open(folder.path().join("a")).unwrap()).output().unwrap()
    };
    let sound = packed(&lines());
    let (of_input, of_file) = (given(&sound), run(folder(&sound).path(), "--snapshot a"));
    assert!(of_input.status.success(), "{of_input:?}");
    assert_eq!(String::from_utf8(of_input.stdout).unwrap(), of_file.stdout);
    let refused = given(b"kind: Pod\n");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("standard input") && said.lines().count() == 1, "{said}");
}

#[test]
fn what_is_no_snapshot_is_one_sentence() {
    let change = |from: &str, to: &str| {
        let lines: Vec<_> = lines().iter().map(|it| it.replace(from, to)).collect();
        packed(&lines)
    };
    let bomb = packed(&[HEADER.replace("0.1.0", &"x".repeat(20 << 20))]);
    for (bytes, why) in [
        (b"kind: Pod\n".to_vec(), "it is not compressed as gzip does"),
        (Vec::new(), "it ends before it says what it is"),
        (packed(&[]), "it is empty"),
        (packed(&["{}".to_owned()]), "its first line does not say what it is"),
        (change("kubectl-harden-snapshot", "other"), "its first line names another format"),
        (change("\"version\":1,", "\"version\":2,"), "is a snapshot of version 2"),
        (change("v1.37", "1"), "its first line says what cannot be"),
        (bomb, "line 1 is longer than 16 MiB"),
    ] {
        let folder = folder(&bytes);
        let error = run(folder.path(), "--snapshot a").silent(3);
        assert!(error.contains(why) && error.lines().count() == 1, "{why}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), "--snapshot .").rejected();
    assert!(error.contains("is a folder"), "{error}");
}

#[test]
fn what_is_cut_off_is_judged_as_far_as_it_goes() {
    let whole = lines();
    let without = |count: usize| packed(&whole[..whole.len() - count]);
    let with = |at: usize, line: &str| {
        let mut lines = whole.clone();
        lines[at] = line.to_owned();
        packed(&lines)
    };
    let sound = packed(&whole);
    for (bytes, why) in [
        (without(1), "the file ends too early"),
        (without(2), "the file ends too early"),
        (sound[..sound.len() - 9].to_vec(), "the snapshot is not whole"),
        (with(8, &end(3)), "line 9 counts 3 objects where there are 2"),
        (with(9, r#"{"close":{"objects":5}}"#), "line 10 does not say what it should"),
        (with(7, "{\"object\":"), "line 8 does not say what it should"),
        (with(7, &"x".repeat(20 << 20)), "line 8 is longer than 16 MiB"),
        (with(5, &kind("v1", "$(touch x)", "pods", true)), "line 6 does not say what it should"),
    ] {
        let folder = folder(&bytes);
        let ended = run(folder.path(), "--snapshot a");
        assert_eq!(ended.code, 3, "{why}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(why), "{why}: {}", ended.stdout);
    }
}
