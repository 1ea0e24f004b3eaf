//! Roles of least rights, at the terminal.

use std::io::Write as _;

use serde_json::{Value, json};

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
        ("role --from-audit audit.log --user alice --unused", "say where the roles are"),
        ("role --from-audit audit.log --user alice -f nowhere.yaml", "nowhere.yaml"),
        (
            "role --from-audit audit.log --user alice -f roles.yaml --snapshot a",
            "in place of files",
        ),
        ("role --from-audit audit.log --user alice -f roles.yaml -A", "in place of files"),
        ("role auditor -A", "a ready-made role needs nothing else"),
        ("role auditor -k chart", "a ready-made role needs nothing else"),
        ("role auditor --with-delete", "cannot be used with"),
    ] {
        let message = folder.run(words).rejected();
        assert!(message.contains(said), "{words}: {message}");
    }
}

/// A snapshot of a cluster with what is there; `lack` says why no RoleBinding was read.
fn snapshot(lack: Option<&str>, has_cluster_roles: bool) -> Vec<u8> {
    let header = json!({"format": "kubectl-harden-snapshot", "version": 1, "tool": "0.1.0", "context": "a",
        "kubernetes": "v1.34", "time": "2026-01-02T03:04:05Z", "namespace": null, "configMapValues": true});
    let group = "rbac.authorization.k8s.io";
    let kind = |kind: &str, plural: &str, is_namespaced: bool| json!({"kind": {"group": group, "version": "v1", "kind": kind, "plural": plural, "namespaced": is_namespaced}});
    let end = |objects: usize, lack: Option<&str>| json!({"end": {"resourceVersion": "7", "objects": objects, "lack": lack}});
    let object = |kind: &str, namespace: Option<&str>, rest: Value| {
        let mut all = json!({"apiVersion": format!("{group}/v1"), "kind": kind,
            "metadata": {"name": "alice", "namespace": namespace}});
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({"object": all})
    };
    let rules =
        json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]}]});
    let binding = json!({"roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "alice"},
        "subjects": [{"kind": "User", "apiGroup": group, "name": "alice"}]});
    let mut lines = vec![header];
    if has_cluster_roles {
        lines.extend([
            kind("ClusterRole", "clusterroles", false),
            object("ClusterRole", None, rules),
            end(1, None),
        ]);
    }
    lines.extend([
        kind("ClusterRoleBinding", "clusterrolebindings", false),
        end(0, None),
        kind("Role", "roles", true),
        end(0, None),
        kind("RoleBinding", "rolebindings", true),
    ]);
    let bindings = usize::from(lack.is_none());
    lines.extend((0..bindings).map(|_| object("RoleBinding", Some("shop"), binding.clone())));
    let objects = bindings + usize::from(has_cluster_roles);
    lines.extend([end(bindings, lack), json!({"close": {"objects": objects}})]);
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    lines.iter().for_each(|it| writeln!(out, "{it}").unwrap());
    out.finish().unwrap()
}

const UNUSED: &str = "role --from-audit audit.log --user alice --unused --name rest";

#[test]
fn what_is_there_is_read_of_files_folders_and_kustomizations_alike() {
    let folder = Folder::with(&[
        ("audit.log", &log()),
        ("there/deep/roles.yaml", ROLES),
        ("there/roles.yaml", ROLES),
        ("kustomization/kustomization.yaml", "resources: [roles.yaml]\n"),
        ("kustomization/roles.yaml", ROLES),
        ("deep/below/roles.yaml", ROLES),
    ]);
    let said = |ended: &Ended| {
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended
            .stderr
            .lines()
            .filter(|it| it.contains("RoleBinding"))
            .map(ToOwned::to_owned)
            .collect::<Vec<_>>()
    };
    let one = folder.run(&format!("{UNUSED} -f there"));
    assert_eq!(said(&one).len(), 2, "{}", one.stderr);
    for words in ["-f there/roles.yaml", "-f deep -R"] {
        let ended = folder.run(&format!("{UNUSED} {words}"));
        assert_eq!((said(&ended), &ended.stdout), (said(&one), &one.stdout), "{words}");
    }
    let flat = folder.run(&format!("{UNUSED} -f deep"));
    assert_ne!(flat.code, 0, "nothing is in the folder itself: {}", flat.stderr);
}

#[test]
fn a_snapshot_stands_for_a_cluster_and_what_may_not_be_read_of_it_is_said() {
    let folder = folder();
    let put = |bytes: Vec<u8>| std::fs::write(folder.path().join("a.snapshot"), bytes).unwrap();
    put(snapshot(None, true));
    let whole = folder.run(&format!("{UNUSED} --snapshot a.snapshot"));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    assert!(whole.stderr.contains("1 of its 2 rights were used"), "{}", whole.stderr);
    assert!(whole.stderr.contains("once rest is applied, take away"), "{}", whole.stderr);
    // Written over what is there, it takes nothing away that it is itself.
    let again = folder.run(&format!("{UNUSED} --snapshot a.snapshot").replace("rest", "alice"));
    assert!(!again.stderr.contains("take away"), "{}", again.stderr);
    for (lack, has_cluster_roles, said) in [
        (Some("forbidden to you"), true, "forbidden to you"),
        (None, false, "ClusterRole.rbac.authorization.k8s.io could not be read"),
    ] {
        put(snapshot(lack, has_cluster_roles));
        let ended = folder.run(&format!("{UNUSED} --snapshot a.snapshot"));
        // That nothing is granted is known only where all was read.
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        // What was used shows, whatever is granted.
        let log = folder.run("role --from-audit audit.log --user alice --snapshot a.snapshot");
        assert_eq!(log.code, 3, "{}", log.stderr);
        assert!(log.stdout.contains("kind: Role\n"), "{}", log.stdout);
    }
}

#[test]
fn a_log_alone_asks_no_cluster() {
    let folder = folder();
    let alone = folder.run("role --from-audit audit.log --user alice").ok();
    let elsewhere = "role --from-audit audit.log --user alice --kubeconfig nowhere --context none";
    assert_eq!(folder.run(elsewhere).ok(), alone);
    let asked = folder.run(&format!("{elsewhere} -A"));
    assert_eq!((asked.code, asked.stdout.as_str()), (2, ""), "{}", asked.stderr);
}

#[test]
fn manifests_are_read_of_folders() {
    let folder = Folder::with(&[("chart/a.yaml", CHART), ("chart/deep/b.yaml", "a: [\n")]);
    let words = "role --for-manifests chart --serviceaccount ci/deployer --no-comments";
    let flat = folder.run(words).ok();
    let file = folder.run(&words.replace("chart ", "chart/a.yaml ")).ok();
    assert_eq!(flat, file);
    let deep = folder.run(&format!("{words} -R"));
    assert_eq!((deep.code, &deep.stdout), (3, &file));
    assert!(deep.stderr.contains("b.yaml"), "{}", deep.stderr);
}
