//! `audit-policy`: what it prints, and which options it rejects.

use crate::harden::{command, finish, line};
use crate::{gallery, show_generated};

/// Every way of using `audit-policy` that its reader should see once.
const GALLERY: [(&str, &str); 10] = [
    ("audit-policy", "audit-policy"),
    ("audit-policy-minimal", "audit-policy --profile minimal"),
    ("audit-policy-cis", "audit-policy --profile cis"),
    ("audit-policy-forensic", "audit-policy --profile forensic"),
    (
        "audit-policy-older",
        "audit-policy --profile forensic --drop-noise=components --kubernetes-version v1.35",
    ),
    ("audit-policy-drop-noise", "audit-policy --profile cis --drop-noise --no-comments"),
    (
        "audit-policy-bodies",
        "audit-policy --log-bodies-of persistentvolumes,widgets.example.com --log-bodies-of *.apps --namespace team-a,team-b --drop-noise=none --kubernetes-version v1.30 --no-comments",
    ),
    ("audit-policy-flags", "audit-policy --print-flags"),
    (
        "audit-policy-flags-webhook",
        "audit-policy --print-flags --backend webhook --kubernetes-version v1.30 --no-comments",
    ),
    ("audit-policy-estimate", "audit-policy --estimate -"),
];

const MISTAKES: [&str; 15] = [
    "audit-policy --profile paranoid",
    "audit-policy --log-bodies-of secrets",
    "audit-policy --log-bodies-of tokenreviews.authentication.k8s.io",
    "audit-policy --log-bodies-of deployments",
    "audit-policy --log-bodies-of Pod",
    "audit-policy --log-bodies-of *",
    "audit-policy --drop-noise=watches",
    "audit-policy --drop-noise=none,events",
    "audit-policy --profile minimal --namespace team-a",
    "audit-policy --namespace Team-A",
    "audit-policy --kubernetes-version 1.24",
    "audit-policy --kubernetes-version v1.99",
    "audit-policy --backend webhook",
    "audit-policy --estimate nowhere.log",
    "audit-policy --print-flags --estimate audit.log",
];

/// A log of the kinds of requests that a small cluster sees, at the level Metadata.
pub(crate) fn log() -> String {
    let event = |user: &str, groups: &str, verb: &str, uri: &str, object: &str| {
        format!(
            "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"stage\":\"ResponseComplete\",\"requestURI\":\"{uri}\",\"verb\":\"{verb}\",\"user\":{{\"username\":\"{user}\",\"groups\":[{groups}]}}{object}}}\n"
        )
    };
    let object = |group: &str, resource: &str, more: &str| {
        format!(
            ",\"objectRef\":{{\"apiGroup\":\"{group}\",\"resource\":\"{resource}\",\"apiVersion\":\"v1\"{more}}}"
        )
    };
    let nodes = "\"system:nodes\",\"system:authenticated\"";
    let people = "\"system:authenticated\"";
    let lease = object(
        "coordination.k8s.io",
        "leases",
        ",\"namespace\":\"kube-node-lease\",\"name\":\"a\"",
    );
    let exec =
        object("", "pods", ",\"namespace\":\"shop\",\"name\":\"web\",\"subresource\":\"exec\"");
    let secret = object("", "secrets", ",\"namespace\":\"shop\",\"name\":\"db\"");
    let deployment = object("apps", "deployments", ",\"namespace\":\"shop\",\"name\":\"web\"");
    [
        event("system:node:a", nodes, "update", "/apis/coordination.k8s.io/v1/leases/a", &lease)
            .repeat(60),
        event("system:anonymous", "\"system:unauthenticated\"", "get", "/readyz", "").repeat(30),
        event("alice", people, "get", "/api/v1/namespaces/shop/pods/web/exec?command=id", &exec),
        event("alice", people, "get", "/api/v1/namespaces/shop/secrets/db", &secret).repeat(3),
        event(
            "alice",
            people,
            "patch",
            "/apis/apps/v1/namespaces/shop/deployments/web",
            &deployment,
        )
        .repeat(6),
    ]
    .concat()
}

#[test]
fn the_gallery_shows_what_is_printed() {
    for (name, words) in GALLERY {
        let ended = finish(command().args(words.split_whitespace()), &log());
        show_generated(name, words, &ended.ok());
    }
}

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).rejected());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("audit-policy-mistakes", page));
}

#[test]
fn a_log_without_events_is_rejected() {
    let ended = finish(command().args(["audit-policy", "--estimate", "-"]), "nothing\n");
    assert_eq!(ended.silent(3), "error: -: there are no audit events in it\n");
}

#[test]
fn lines_that_are_no_events_are_left_out_and_hide_none_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.log");
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(log().replace('\n', "\r\n").as_bytes());
    bytes.extend(b"\xff\xfe\x00\n{\"level\":\n\n");
    bytes.extend(log().trim_end().as_bytes());
    std::fs::write(&file, bytes).unwrap();
    let words = format!("audit-policy --estimate {}", file.display());
    assert_eq!(line(&words).code, 3);
    let text = line(&format!("{words} --allow-incomplete")).ok();
    assert!(text.contains("of 200 events"), "{text}");
    assert!(text.contains("left out: 2 lines that are no audit event"), "{text}");
    let policy = folder.path().join("policy.yaml").display().to_string();
    line(&format!("audit-policy --output-file {policy}")).ok();
    let words = format!("simulate audit -f {policy} --summary --events {}", file.display());
    let ended = line(&words);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stdout.contains("of 200 events"), "{}", ended.stdout);
}

/// What a process had in memory at most, in kilobytes.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_log() {
    use std::io::{Read as _, Write as _};
    use std::process::Stdio;

    let many = log().repeat(40);
    let mut command = command();
    command.args(["audit-policy", "--estimate", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut written = 0;
    while written < 128 << 20 {
        stdin.write_all(many.as_bytes()).unwrap();
        written += many.len();
    }
    let peak = peak(child.id());
    drop(stdin);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    let events = written / many.len() * 40 * 100;
    assert!(text.contains(&format!("of {events} events")), "{text}");
    assert!(peak < 96 << 10, "{peak} kB for a log of {written} bytes");
}

#[test]
fn files_are_overwritten_on_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let words = format!("audit-policy --output-file {}", path.display());
    assert!(line(&words).stderr.contains("wrote"));
    assert!(line(&words).rejected().contains("exists; --force overwrites it"));
    line(&format!("{words} --force --profile cis")).ok();
    assert!(std::fs::read_to_string(path).unwrap().starts_with("# Audit policy `cis`"));
}
