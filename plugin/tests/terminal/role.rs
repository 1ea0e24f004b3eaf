//! Roles of least rights, at the terminal.

use std::io::Write as _;

use crate::check::Folder;
use crate::gallery;
use crate::harden::{Ended, line};
use crate::show_generated;

/// Ready-made roles that their reader should see once.
const READY: [(&str, &str); 5] = [
    ("role-read-only", "role read-only -n team-a --group team-a"),
    ("role-deployer", "role deployer -n team-a --serviceaccount ci/deployer --name rollout"),
    ("role-auditor", "role auditor --group auditors"),
    ("role-ci", "role ci -n team-a,team-b --serviceaccount ci/runner --no-comments"),
    ("role-openshift", "role read-only --cluster-role --platform openshift --user ann"),
];

/// What is there already, and gives too much.
pub(crate) const ROLES: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: alice, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: alice}]
";

/// What is to be applied.
pub(crate) const CHART: &str = "\
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: shop}
rules: [{apiGroups: [''], resources: [endpoints], verbs: [watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
";

fn event(user: &str, verb: &str, path: &str, object: &str, decision: &str) -> String {
    format!(
        "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\",\"auditID\":\"5f0c\",\"stage\":\"ResponseComplete\",\
         \"requestURI\":\"{path}\",\"verb\":\"{verb}\",\"user\":{{\"username\":\"{user}\",\"groups\":[\"dev\",\"system:authenticated\"]}},{object}\
         \"responseStatus\":{{\"metadata\":{{}},\"code\":200}},\"requestReceivedTimestamp\":\"2026-11-23T10:00:00.000000Z\",\
         \"annotations\":{{\"authorization.k8s.io/decision\":\"{decision}\"}}}}\n"
    )
}

fn log() -> String {
    let object = |group: &str, resource: &str, name: &str| {
        format!(
            "\"objectRef\":{{\"apiGroup\":\"{group}\",\"apiVersion\":\"v1\",\"resource\":\"{resource}\",\"namespace\":\"shop\",\"name\":\"{name}\"}},"
        )
    };
    let api = "/api/v1/namespaces/shop";
    let apps = "/apis/apps/v1/namespaces/shop";
    [
        event("alice", "get", "/api?timeout=32s", "", "allow"),
        event(
            "alice",
            "get",
            &format!("{apps}/deployments/web"),
            &object("apps", "deployments", "web"),
            "allow",
        ),
        event(
            "alice",
            "patch",
            &format!("{apps}/deployments/web?fieldManager=kubectl"),
            &object("apps", "deployments", "web"),
            "allow",
        ),
        event("alice", "list", &format!("{api}/pods?limit=500"), &object("", "pods", ""), "allow"),
        event("alice", "get", &format!("{api}/secrets/db"), &object("", "secrets", "db"), "forbid"),
        event("bob", "delete", &format!("{api}/secrets/db"), &object("", "secrets", "db"), "allow"),
        event("alice", "get", "/metrics", "", "allow"),
    ]
    .concat()
}

fn folder() -> Folder {
    Folder::with(&[
        ("audit.log", &log()),
        ("chart.yaml", CHART),
        ("roles.yaml", ROLES),
        ("empty.yaml", ""),
    ])
}

/// What is printed, and what is said beside.
fn shown(ended: &Ended) -> String {
    format!("{}-----\n{}exit code {}\n", ended.stdout, ended.stderr, ended.code)
}

#[test]
fn ready_made_roles_are_shown() {
    for (name, words) in READY {
        show_generated(name, words, &line(words).ok());
    }
}

#[test]
fn what_is_made_of_files_is_shown() {
    for (name, words) in [
        ("role-from-audit", "role --from-audit audit.log --user alice"),
        (
            "role-unused",
            "role --from-audit audit.log --user alice --unused -f roles.yaml --name alice-used",
        ),
        ("role-for-manifests", "role --for-manifests chart.yaml --serviceaccount ci/deployer"),
    ] {
        let mut settings = gallery("terminal");
        settings.set_description(format!("kubectl harden {words}"));
        settings.bind(|| insta::assert_snapshot!(name, shown(&folder().run(words))));
    }
}

#[test]
fn a_log_may_come_in_parts_compressed_or_on_standard_input() {
    let folder = folder();
    let whole = folder.run("role --from-audit audit.log --user alice --no-comments").ok();
    let text = log();
    let (first, last) = text.split_at(text.match_indices('\n').nth(2).unwrap().0 + 1);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(last.as_bytes()).unwrap();
    std::fs::write(folder.path().join("first.log"), first).unwrap();
    std::fs::write(folder.path().join("last.log.gz"), gzip.finish().unwrap()).unwrap();
    let words = "role --from-audit first.log --from-audit last.log.gz --user alice --no-comments";
    assert_eq!(folder.run(words).ok(), whole);
    let mut command = folder.command("role --from-audit - --user alice --no-comments");
    assert_eq!(crate::harden::finish(&mut command, &text).ok(), whole);
    let twice = folder.run("role --from-audit - -f - --user alice --unused");
    assert!(twice.stderr.contains("standard input can be read once only"), "{}", twice.stderr);
}

#[test]
fn what_contradicts_itself_is_said() {
    let folder = folder();
    for (words, said) in [
        ("role", "say what the role is made from"),
        ("role --from-audit audit.log", "say whose requests to look at"),
        ("role --from-audit audit.log --user a --group b", "a role is for one"),
        ("role --from-audit audit.log --user system:anonymous", "name one of your own"),
        ("role --from-audit nowhere.log --user a", "failed to read nowhere.log"),
        ("role read-only", "--cluster-role for all of them"),
        ("role deployer --cluster-role", "name them with --namespace"),
        ("role auditor -n team-a", "name no namespace"),
        ("role ci -n a --name A", "must be a name of an object"),
        ("role --for-manifests empty.yaml", "there is no object in it"),
    ] {
        let message = folder.run(words).rejected();
        assert!(message.contains(said), "{words}: {message}");
    }
}
