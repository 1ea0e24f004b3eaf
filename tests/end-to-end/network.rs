//! `simulate network` of a cluster: the same as of files and of a snapshot, and never open where something may not be
//! listed.

use harness::ControlPlane;
use serde_json::Value;

use crate::cluster::{harden_on, line_on};
use crate::harden::finish;

const OBJECTS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: reaching}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: reaching, labels: {app: web}}
spec:
  containers: [{name: main, image: web:1}]
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: reaching, labels: {app: db}}
spec:
  containers:
  - {name: main, image: db:1, ports: [{name: sql, containerPort: 5432}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: reaching}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: sql}]
";

fn ask(plane: &ControlPlane, words: &str, code: i32) -> Value {
    let ended = line_on(plane, &format!("simulate network {words} -o json"));
    assert_eq!(ended.code, code, "{words}: {}{}", ended.stdout, ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// The connections between pods of the namespace.
fn rows(answer: &Value) -> Vec<String> {
    let all = answer["answers"].as_array().unwrap().iter();
    let within = |it: &&Value| {
        [&it["from"], &it["to"]].iter().all(|it| it.as_str().unwrap().starts_with("reaching/"))
    };
    all.filter(within).map(ToString::to_string).collect()
}

#[test]
fn a_cluster_a_snapshot_and_files_say_the_same() {
    let Some(plane) = ControlPlane::shared() else { return };
    // A pod needs its account, which a controller makes.
    harness::eventually("the pods to be taken", || {
        plane.try_apply(OBJECTS).status.success().then_some(())
    });
    let of_cluster = rows(&ask(plane, "-n reaching", 0));
    assert_eq!(of_cluster.len(), 1, "{of_cluster:?}");
    assert!(of_cluster[0].contains("TCP 5432"), "{of_cluster:?}");
    let folder = tempfile::tempdir().unwrap();
    let (kept, files) = (folder.path().join("cluster.snapshot"), folder.path().join("all.yaml"));
    line_on(plane, &format!("snapshot -A --output-file {}", kept.display())).ok();
    std::fs::write(&files, OBJECTS).unwrap();
    assert_eq!(
        rows(&ask(plane, &format!("-n reaching --snapshot {}", kept.display()), 0)),
        of_cluster
    );
    assert_eq!(rows(&ask(plane, &format!("{}", files.display()), 0)), of_cluster);
    let yes = ask(plane, "--from reaching/web --to reaching/db:5432", 0);
    assert_eq!(yes["answers"][0]["allowed"], true, "{yes}");
    let no = ask(plane, "--from reaching/db --to reaching/web:80", 1);
    assert_eq!(no["answers"][0]["egress"]["reason"], "isolated", "{no}");
}

#[test]
fn what_may_not_be_listed_is_never_open() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut command = harden_on(plane);
    let words = ["simulate", "network", "--as", "nobody-at-all", "-o", "json"];
    let ended = finish(command.args(words), "");
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    let lacks = answer["coverage"]["incomplete"].to_string();
    assert!(lacks.contains("networkpolicies") && lacks.contains("pods"), "{lacks}");
}
