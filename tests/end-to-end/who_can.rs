//! `who-can` and `what-can` of a cluster: they say what the API server says, and never nobody where something may not
//! be listed.

use harness::{ControlPlane, eventually};
use serde_json::Value;

use crate::cluster::{harden_on, line_on};
use crate::harden::finish;

const OBJECTS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: asked}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: asked-widgets
  labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}
rules: [{apiGroups: [example.com], resources: [widgets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewers, namespace: asked}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: asked}
rules:
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: asked}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: partly}]
";

fn names(answer: &Value) -> Vec<String> {
    let all = answer["answers"].as_array().unwrap();
    all.iter().map(|it| format!("{} {}", it["kind"], it["name"]).replace('"', "")).collect()
}

fn ask(plane: &ControlPlane, words: &str, code: i32) -> Value {
    let ended = line_on(plane, &format!("{words} -o json"));
    assert_eq!(ended.code, code, "{words}: {}{}", ended.stdout, ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

#[test]
fn a_cluster_says_who_can_and_a_snapshot_of_it_says_the_same() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(OBJECTS);
    eventually("the controller to fill view", || {
        let role = plane.kubectl_ok(["get", "clusterrole", "view", "-o", "json"]);
        role.contains("widgets").then_some(())
    });
    let question = "who-can get widgets.example.com -n asked";
    let answer = ask(plane, question, 0);
    let web = answer["answers"].as_array().unwrap().iter().find(|it| it["name"] == "web").unwrap();
    assert_eq!(web["through"][0]["binding"], "RoleBinding asked/viewers", "{web}");
    assert_eq!(web["through"][0]["role"], "ClusterRole view", "{web}");
    assert_eq!(answer["coverage"]["incomplete"].as_array().unwrap().len(), 0, "{answer}");
    // kubectl asks for a kind that the cluster does not serve without its group.
    let web = "system:serviceaccount:asked:web";
    let can = plane.kubectl_ok(["auth", "can-i", "get", "pods", "-n", "asked", "--as", web]);
    assert_eq!(can.trim(), "yes");
    assert!(
        names(&ask(plane, "who-can get pods -n asked", 0))
            .contains(&"ServiceAccount web".to_owned())
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.snapshot");
    line_on(plane, &format!("snapshot -A --output-file {}", file.display())).ok();
    let kept = ask(plane, &format!("{question} --snapshot {}", file.display()), 0);
    assert_eq!(names(&kept), names(&answer));
    let changes = ask(plane, &format!("what-can asked/web --against {}", file.display()), 0);
    assert_eq!(changes["answers"][0]["gained"].as_array().unwrap().len(), 0, "{changes}");
}

#[test]
fn what_may_not_be_listed_is_never_nobody() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(OBJECTS);
    let mut none = harden_on(plane);
    let none = finish(none.args(["who-can", "shred", "pods", "--as", "nobody-at-all"]), "");
    assert_eq!(none.code, 3, "{}{}", none.stdout, none.stderr);
    assert!(
        none.stdout.starts_with("Nobody of those who were read may shred pods, but"),
        "{}",
        none.stdout
    );
    let partly = eventually("the rights of partly", || {
        let mut command = harden_on(plane);
        let words = ["who-can", "list", "roles", "-n", "asked", "--as", "partly", "-o", "json"];
        let ended = finish(command.args(words), "");
        assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
        let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
        names(&answer).contains(&"User partly".to_owned()).then_some(answer)
    });
    let lacks = partly["coverage"]["incomplete"].to_string();
    assert!(
        lacks.contains("clusterroles.rbac") && lacks.contains("clusterrolebindings.rbac"),
        "{lacks}"
    );
    assert!(!lacks.contains("\"roles.rbac") && !lacks.contains("\"rolebindings.rbac"), "{lacks}");
}
