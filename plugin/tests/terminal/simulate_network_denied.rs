//! `simulate network --denied`: what a log says was refused, held against manifests.

use serde_json::Value;

use crate::check::Folder;
use crate::gallery;
use crate::harden::{Ended, command, finish};

const MANIFESTS: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: team-a}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web
        env: [{name: DB_URL, value: 'postgres://postgres.db:5432/shop'}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: team-a}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: v1
kind: Namespace
metadata: {name: db}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres, namespace: db}
spec:
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec: {containers: [{name: db, image: db, ports: [{containerPort: 5432}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: postgres, namespace: db}
spec: {selector: {app: postgres}, ports: [{port: 5432}]}
";

const HUBBLE: &str = r#"{"flow":{"verdict":"DROPPED","drop_reason_desc":"POLICY_DENIED","IP":{"source":"10.0.0.1","destination":"10.0.0.2"},"l4":{"TCP":{"source_port":40000,"destination_port":5432,"flags":{"SYN":true}}},"source":{"namespace":"team-a","pod_name":"web-5d4f9-x2z4k","labels":["k8s:app=web"]},"destination":{"namespace":"db","pod_name":"postgres-0","labels":["k8s:app=postgres"]},"traffic_direction":"EGRESS"}}
{"flow":{"verdict":"DROPPED","drop_reason_desc":"POLICY_DENIED","IP":{"source":"10.0.0.1","destination":"169.254.169.254"},"l4":{"TCP":{"source_port":40001,"destination_port":80,"flags":{"SYN":true}}},"source":{"namespace":"team-a","pod_name":"web-5d4f9-x2z4k","labels":["k8s:app=web"]},"destination":{"labels":["reserved:world"]},"traffic_direction":"EGRESS"}}
{"flow":{"verdict":"FORWARDED","IP":{"source":"10.0.0.2","destination":"10.0.0.1"},"l4":{"TCP":{"source_port":5432,"destination_port":40000}},"source":{"namespace":"db","pod_name":"postgres-0"},"destination":{"namespace":"team-a","pod_name":"web-5d4f9-x2z4k"},"is_reply":true}}
"#;

const TABLE: &str = "from,to,port,verdict\nteam-a/web,192.0.2.9,443,denied\n";

fn folder() -> Folder {
    let files =
        [("all.yaml", MANIFESTS), ("hubble.json", HUBBLE), ("seen.csv", TABLE), ("empty.log", "")];
    Folder::with(&files)
}

fn ask(folder: &Folder, words: &str, input: &str) -> Ended {
    let mut simulate = command();
    simulate.args(["simulate", "network"]).current_dir(folder.path());
    finish(simulate.args(words.split_whitespace()), input)
}

#[test]
fn refusals_are_explained_and_mistakes_named() {
    let folder = folder();
    let page: String = [
        "-f all.yaml --denied hubble.json",
        "-f all.yaml --denied seen.csv",
        "-f all.yaml --denied nowhere.log",
        "-f all.yaml --denied hubble.json -o svg",
        "-f all.yaml --denied hubble.json --policies",
    ]
    .iter()
    .map(|words| {
        let Ended { code, stdout, stderr } = ask(&folder, words, "");
        format!("$ kubectl harden simulate network {words} # exits with {code}\n{stderr}{stdout}\n")
    })
    .collect();
    gallery("terminal").bind(|| insta::assert_snapshot!("simulate-network-denied", page));
}

#[test]
fn several_logs_and_standard_input_are_one_answer() {
    let folder = folder();
    let words = "-f all.yaml --denied hubble.json --denied - -o json";
    let ended = ask(&folder, words, TABLE);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(answer["version"], "v1");
    let all: Vec<_> = answer["answers"].as_array().unwrap().iter().collect();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0]["wantedBy"][0], "all.yaml:16: env DB_URL");
    assert_eq!(answer["coverage"]["lines"], 5);
    assert_eq!(answer["coverage"]["aside"][0]["what"], "replies of servers");
}

#[test]
fn the_exit_code_says_whether_something_wanted_is_refused_or_not_known() {
    let folder = folder();
    let code = |words: &str| ask(&folder, words, "").code;
    assert_eq!(code("-f all.yaml --denied hubble.json"), 1, "the database is wanted");
    assert_eq!(code("-f all.yaml --denied seen.csv"), 0, "nothing wants the address");
    assert_eq!(code("-f all.yaml --denied empty.log"), 3, "there is nothing in it");
    assert_eq!(code("-f all.yaml --denied empty.log --allow-incomplete"), 0);
    assert_eq!(code("-f all.yaml --denied nowhere.log"), 2);
}
