//! `who-can` and `what-can` for manifests: what they say, in every format, and what they refuse.

use std::fs;

use serde_json::Value;

use crate::against::repository;
use crate::check::Folder;
use crate::gallery;
use crate::harden::{Ended, command, finish, line};
use crate::page::commands;

const PAGE: &str = include_str!("../../../docs/who-can.md");

const ROLES: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: team-a}
rules:
- apiGroups: ['']
  resources: [secrets]
  verbs: [get]
  resourceNames: [db]
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: team-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web}
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gone, namespace: team-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: web}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: widgets
  labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}
rules:
- {apiGroups: [example.com], resources: [widgets], verbs: [get, list, watch]}
- {apiGroups: [example.com], resources: ['*'], verbs: ['*'], resourceNames: [one]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: viewers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: lost}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web}]
";

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wi]}
";

fn folder() -> Folder {
    Folder::with(&[("roles.yaml", ROLES), ("crd.yaml", CRD)])
}

#[test]
fn answers_are_shown_in_every_format() {
    let folder = folder();
    for (name, question, code) in [
        ("who-can", "who-can list pods -f roles.yaml --near-misses", 0),
        ("who-can-some-names", "who-can get secrets -n team-a -f roles.yaml", 0),
        ("what-can", "what-can team-a/web -f roles.yaml", 0),
        ("what-can-all", "what-can * -f roles.yaml", 0),
    ] {
        for format in ["text", "markdown", "csv"] {
            let Ended { code: ended, stdout, stderr } =
                folder.run(&format!("{question} -o {format}"));
            assert_eq!((ended, stderr.as_str()), (code, ""), "{question}");
            gallery("terminal")
                .bind(|| insta::assert_snapshot!(format!("{name}-{format}"), stdout));
        }
        let json: Value =
            serde_json::from_str(&folder.run(&format!("{question} -o json")).stdout).unwrap();
        let yaml: Value =
            serde_yaml::from_str(&folder.run(&format!("{question} -o yaml")).stdout).unwrap();
        assert_eq!(json, yaml);
        assert_eq!(json["version"], "v1");
        assert!(json["answers"].is_array() && json["coverage"]["unseen"].is_array());
    }
    let json = folder.run("who-can list pods -f roles.yaml -o json").ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    let dev = json["answers"].as_array().unwrap().iter().find(|it| it["name"] == "dev").unwrap();
    assert_eq!(dev["through"][0]["binding"], "RoleBinding team-a/web");
    assert_eq!(
        (&dev["through"][0]["source"], &dev["through"][0]["line"]),
        (&"roles.yaml".into(), &9.into())
    );
}

#[test]
fn words_of_custom_kinds_are_known_where_their_definition_is() {
    let folder = folder();
    let known = folder.run("who-can get wi -f roles.yaml -f crd.yaml").ok();
    assert!(
        known.starts_with("Who may get widgets.example.com:\n\nGroup system:masters"),
        "{known}"
    );
    assert!(known.contains("User alice\n  everywhere, through ClusterRoleBinding viewers → ClusterRole view, from ClusterRole widgets (roles.yaml:33)"), "{known}");
    let unknown = folder.run("who-can get wi -f roles.yaml");
    assert!(unknown.stdout.contains("Kubernetes has no `wi`"), "{}", unknown.stdout);
}

#[test]
fn what_the_server_refuses_grants_nothing_and_is_named() {
    let said = folder().run("who-can list pods -f roles.yaml").ok();
    let note = "Note: ClusterRoleBinding `lost` grants nothing, as the API server refuses it: subjects[0].namespace: Required value (roles.yaml:";
    assert!(said.contains(note), "{said}");
}

#[test]
fn what_kubernetes_gives_itself_is_one_line_unless_it_is_asked_for() {
    let folder = folder();
    let short = folder.run("who-can get secrets -f roles.yaml").ok();
    assert!(
        short.contains("that Kubernetes itself lets (--include-system shows how): "),
        "{short}"
    );
    assert!(!short.contains("(Kubernetes v1.37)\n    *"), "{short}");
    let long = folder.run("who-can get secrets -f roles.yaml --include-system").ok();
    assert!(long.contains("(Kubernetes v1.37)"), "{long}");
    let old = folder
        .run("who-can get secrets -f roles.yaml --include-system --kubernetes-version 1.28")
        .ok();
    assert!(old.contains("(Kubernetes v1.28)") && !old.contains("v1.37"), "{old}");
}

#[test]
fn a_change_is_compared_by_what_it_means() {
    let folder = repository(&[("roles.yaml", ROLES)]);
    let ask = |words: &str| folder.run(&format!("what-can {words} --against HEAD"));
    let same = ask("* -f roles.yaml");
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    assert!(same.stdout.starts_with("Nothing is granted anew, and nothing is taken away.\n"));
    fs::write(folder.path().join("roles.yaml"), ROLES.replace("[get, list]", "[list, delete]"))
        .unwrap();
    let all = ask("* -f roles.yaml");
    assert_eq!(all.code, 1, "{}{}", all.stdout, all.stderr);
    for said in [
        "Group dev\n+ in namespace team-a, delete pods\n",
        "- in namespace team-a, get pods\n",
        "ServiceAccount team-a/web\n",
    ] {
        assert!(all.stdout.contains(said), "{}", all.stdout);
    }
    let one = ask("team-a/web -f roles.yaml");
    assert_eq!(one.code, 1);
    assert!(one.stdout.contains("+ in namespace team-a, delete pods"), "{}", one.stdout);
    assert_eq!(ask("alice -f roles.yaml").code, 0);
    let report = folder.run("check roles.yaml -o json --fail-on never").ok();
    fs::write(folder.path().join("report.json"), report).unwrap();
    let refused = folder.run("what-can alice -f roles.yaml --against report.json");
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("a report of findings does not say who may do what"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_could_not_be_read_is_never_nobody() {
    let folder = Folder::with(&[("roles.yaml", ROLES), ("broken.yaml", "kind: Role\n  a: b\n")]);
    let ended = folder.run("who-can shred pods -f roles.yaml -f broken.yaml");
    assert_eq!(ended.code, 3);
    let begin = "Nobody of those who were read may shred pods, but something was not read.\n";
    assert!(ended.stdout.starts_with(begin), "{}", ended.stdout);
    assert!(ended.stdout.contains("Not read: broken.yaml: "), "{}", ended.stdout);
    let certain = folder.run("who-can shred pods -f roles.yaml");
    assert_eq!(certain.code, 1);
    let begin = "Nobody may shred pods, but who is in system:masters.\n";
    assert!(certain.stdout.starts_with(begin), "{}", certain.stdout);
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    let folder = folder();
    for (words, said) in [
        ("who-can get /healthz web -f roles.yaml", "error: a path has no name: leave out `web`\n"),
        (
            "what-can * --group dev -f roles.yaml",
            "error: --group adds to what one subject may do: name one in place of *\n",
        ),
        ("who-can get pods -f roles.yaml -l a=b", "error: --selector picks objects, and "),
        (
            "what-can sa:web -f roles.yaml",
            "error: invalid value 'sa:web' for '<SUBJECT>': `sa:web` is no ServiceAccount",
        ),
    ] {
        let ended = folder.run(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{words}");
        assert!(ended.stderr.starts_with(said), "{words}: {}", ended.stderr);
    }
    assert!(line("who-can get").rejected().contains("RESOURCE"));
}

#[test]
fn every_command_of_the_page_works() {
    let lines = commands(PAGE);
    assert!(lines.len() > 12, "{lines:?}");
    for line in lines {
        let folder = Folder::with(&[("manifests/roles.yaml", ROLES)]);
        let words = line.strip_prefix("kubectl harden ").unwrap().replace('\'', "");
        let mut run = command();
        let ended = finish(run.args(words.split(' ')).current_dir(folder.path()), "");
        // Nobody is the answer to what nobody may in this folder.
        let is_no = ended.stdout.contains("Nobody may");
        assert_eq!(ended.code, i32::from(is_no), "{line}: {}{}", ended.stdout, ended.stderr);
    }
}
