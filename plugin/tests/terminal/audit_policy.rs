//! `audit-policy`: what it prints, and which options it refuses.

use crate::gallery;
use crate::harden::{command, finish, line};

/// Every way of using `audit-policy` that its reader should see once.
const GALLERY: [(&str, &str); 9] = [
    ("audit-policy", "audit-policy"),
    ("audit-policy-minimal", "audit-policy --profile minimal"),
    ("audit-policy-cis", "audit-policy --profile cis"),
    ("audit-policy-forensic", "audit-policy --profile forensic"),
    ("audit-policy-drop-noise", "audit-policy --profile cis --drop-noise --no-comments"),
    (
        "audit-policy-bodies",
        "audit-policy --log-bodies-of persistentvolumes,widgets.example.com --log-bodies-of *.apps --namespaces team-a,team-b --drop-noise=none --for-version v1.30 --no-comments",
    ),
    ("audit-policy-flags", "audit-policy --print-flags"),
    (
        "audit-policy-flags-webhook",
        "audit-policy --print-flags --backend webhook --for-version v1.30 --no-comments",
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
    "audit-policy --profile minimal --namespaces team-a",
    "audit-policy --namespaces Team-A",
    "audit-policy --for-version 1.37",
    "audit-policy --for-version v1.99",
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
    gallery("generators").bind(|| {
        for (name, words) in GALLERY {
            let ended = finish(command().args(words.split_whitespace()), &log());
            insta::assert_snapshot!(name, ended.ok());
        }
    });
}

#[test]
fn every_mistake_is_named_with_its_flag_and_rule() {
    let entry = |words: &&str| format!("$ kubectl harden {words}\n{}\n", line(words).refused());
    let page: String = MISTAKES.iter().map(entry).collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("audit-policy-mistakes", page));
}

#[test]
fn a_log_without_events_is_refused() {
    let ended = finish(command().args(["audit-policy", "--estimate", "-"]), "nothing\n");
    assert!(ended.refused().contains("--estimate: there are no audit events in it"));
}

#[test]
fn files_are_overwritten_on_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    let words = format!("audit-policy --output {}", path.display());
    assert!(line(&words).stderr.contains("wrote"));
    assert!(line(&words).refused().contains("exists; --force overwrites it"));
    line(&format!("{words} --force --profile cis")).ok();
    assert!(std::fs::read_to_string(path).unwrap().starts_with("# Audit policy `cis`"));
}
