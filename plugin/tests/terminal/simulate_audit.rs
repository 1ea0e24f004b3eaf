//! `simulate audit`: one request, one event, or a whole log.

use serde_json::Value;

use crate::audit_policy::log;
use crate::gallery;
use crate::harden::{command, finish, line};

const POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  verbs: [\"*\"]
  users: [\"system:kube-proxy\"]
- level: None
  userGroups: [\"system:nodes\"]
  resources:
  - group: coordination.k8s.io
- level: Request
  verbs: [create]
  resources:
  - group: \"\"
    resources: [pods, pods/exec]
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets]
- level: RequestResponse
  namespaces: [shop]
";

/// A folder with the policy, an event and a log.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("policy.yaml", POLICY);
    write(
        "rejected.yaml",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: All\n- verbs: [get]\n",
    );
    write(
        "widened.yaml",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  verb: [get]\n",
    );
    write(
        "newer.yaml",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  resources: [{group: \"*\"}]\n",
    );
    write("event.json", log().lines().nth(90).unwrap());
    write("audit.log", &log());
    write("broken.log", &format!("{{\n{}", log().lines().nth(90).unwrap()));
    folder
}

fn ask(folder: &tempfile::TempDir, words: &str) -> crate::harden::Ended {
    let mut simulate = command();
    simulate.args(["simulate", "audit", "-f"]).current_dir(folder.path());
    let words = words.split_whitespace().map(|it| if it == "''" { "" } else { it });
    finish(simulate.args(words), "")
}

#[test]
fn answers_name_the_rule_and_why_others_do_not_match() {
    let folder = folder();
    let page: String = [
        "policy.yaml --user alice --verb get --resource pods/exec -n shop --name web",
        "policy.yaml --user alice --verb list --resource deployments",
        "policy.yaml --user '' --verb get --non-resource-url /metrics",
        "policy.yaml --user system:node:a --group system:nodes --verb update --resource leases -n x -o json",
        "policy.yaml --event event.json",
        "policy.yaml --events audit.log --summary",
        "widened.yaml --user alice --verb watch --resource pods",
        "newer.yaml --user alice --verb watch --resource pods",
    ]
    .iter()
    .map(|words| {
        let ended = ask(&folder, words);
        format!("$ kubectl harden simulate audit -f {words}\n{}{}\n", ended.stderr, ended.stdout)
    })
    .collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-audit", page));
}

#[test]
fn every_mistake_is_named() {
    let folder = folder();
    let page: String = [
        "rejected.yaml --user alice --verb get --resource pods",
        "newer.yaml --kubernetes-version v1.35 --user alice --verb get --resource pods",
        "nowhere.yaml --user alice --verb get --resource pods",
        "event.json --user alice --verb get --resource pods",
        "policy.yaml --verb get --resource pods",
        "policy.yaml --user alice --resource pods",
        "policy.yaml --user alice --verb get",
        "policy.yaml --user alice --verb GET --resource pods",
        "policy.yaml --user alice --verb get --resource Pod",
        "policy.yaml --user alice --verb list --non-resource-url /api",
        "policy.yaml --user alice --verb get --non-resource-url api",
        "policy.yaml --user alice --verb get --resource pods --events audit.log",
        "policy.yaml --event audit.log",
        "policy.yaml --events nowhere.log",
        "- --events -",
        "-",
    ]
    .iter()
    .map(|words| {
        let ended = ask(&folder, words);
        let code = ended.code;
        let said = ended.silent(code);
        format!("$ kubectl harden simulate audit -f {words} # exits with {code}\n{said}\n")
    })
    .collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-audit-mistakes", page));
}

#[test]
fn a_log_is_answered_event_by_event_in_its_order() {
    let folder = folder();
    let json = ask(&folder, "policy.yaml --events audit.log -o json").ok();
    let answers: Vec<Value> = json.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().enumerate().all(|(index, it)| it["line"] == index + 1));
    assert_eq!((&answers[0]["level"], &answers[0]["rule"]["line"]), (&"None".into(), &8.into()));
    assert_eq!(answers[90]["request"], "get pods/exec shop/web by alice");
    let mut simulate = command();
    simulate.args(["simulate", "audit", "-f", "policy.yaml"]).current_dir(folder.path());
    let text = finish(&mut simulate, &log()).ok();
    assert_eq!(text.lines().count(), 100, "a log on standard input needs no option");
    assert!(
        text.starts_with("None            policy.yaml:8 rules[1]  ResponseComplete update leases")
    );
}

#[test]
fn lines_that_are_no_events_are_named_and_the_rest_is_answered() {
    let folder = folder();
    let ended = ask(&folder, "policy.yaml --events broken.log");
    assert_eq!((ended.code, ended.stdout.lines().count()), (3, 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("broken.log:1: it is no JSON of an audit event"));
    assert!(line("simulate audit").rejected().contains("--filename"));
}
