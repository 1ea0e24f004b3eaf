//! `simulate network` for manifests: what it says, in every format, and what it refuses.

use serde_json::Value;

use crate::check::Folder;
use crate::gallery;
use crate::harden::Ended;

/// A shop that reaches its database, and nothing else.
pub(crate) const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: db}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: web:1
        ports: [{name: http, containerPort: 8080}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres, namespace: db}
spec:
  template:
    metadata: {labels: {app: postgres}}
    spec:
      containers:
      - name: main
        image: postgres:17
        ports: [{name: sql, containerPort: 5432}]
---
apiVersion: v1
kind: Service
metadata: {name: postgres-read, namespace: db}
spec:
  selector: {app: postgres}
  ports: [{port: 15432, targetPort: sql}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]
    ports: [{port: http}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}}]
    ports: [{port: 5432}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: postgres, namespace: db}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
      podSelector: {matchLabels: {app: web}}
    ports: [{port: sql}]
";

/// The policies of both ends let the shop reach the database by any port.
fn before() -> String {
    let opened = SHOP.replace("    ports: [{port: sql}]\n", "");
    opened.replace("    ports: [{port: 5432}]\n", "")
}

const BROKEN: &str = "kind: NetworkPolicy\n  a: b\n";

fn ask(words: &str) -> Ended {
    let refused = SHOP.replace(
        "policyTypes: [Ingress, Egress]\n  ingress:\n  - from:\n",
        "policyTypes: [Inwards]\n  ingress:\n  - from:\n",
    );
    let folder = Folder::with(&[
        ("shop.yaml", SHOP),
        ("before.yaml", &before()),
        ("refused.yaml", &refused),
        ("broken/shop.yaml", SHOP),
        ("broken/broken.yaml", BROKEN),
        ("denied.csv", DENIED),
    ]);
    folder.run(&format!("simulate network {words}"))
}

pub(crate) const DENIED: &str = "\
from,to,port,protocol,verdict
shop/web,db/postgres,8080,TCP,denied
";

#[test]
fn every_format_shows_the_connections() {
    for format in ["text", "json", "csv", "markdown", "dot", "mermaid", "svg"] {
        let printed = ask(&format!("shop.yaml -o {format}")).ok();
        let settings = gallery("terminal");
        settings.bind(|| insta::assert_snapshot!(format!("network-{format}"), printed));
    }
}

#[test]
fn one_connection_names_the_lines_that_decide_it() {
    let settings = gallery("terminal");
    let allowed = ask("shop.yaml --from shop/web --to db/postgres:5432").ok();
    settings.bind(|| insta::assert_snapshot!("network-allowed", allowed));
    let Ended { code, stdout, .. } = ask("shop.yaml --from db/postgres --to shop/web:8080");
    assert_eq!(code, 1);
    settings.bind(|| insta::assert_snapshot!("network-refused", stdout));
}

#[test]
fn a_service_is_asked_for_by_its_own_port() {
    let printed = ask("shop.yaml --from shop/web --to db/postgres-read:15432").ok();
    assert!(printed.contains("(by db/postgres-read[Service]) TCP 5432: allowed"), "{printed}");
    let Ended { code, stderr, .. } = ask("shop.yaml --from shop/web --to db/postgres-read:5432");
    assert_eq!(code, 2);
    assert!(stderr.contains("has no port TCP 5432; it has TCP 15432"), "{stderr}");
}

#[test]
fn who_is_not_there_is_named() {
    for (words, expected) in [
        ("--from shop/wbe --to db/postgres:5432", "no workload or Service shop/wbe"),
        ("--from shop/web --to db/nobody", "no workload or Service db/nobody"),
        ("--from shop/web --to db/postgres:http", "must end with a port"),
        ("--from shop/web --to db/postgres:5432 -o svg", "is text or json"),
        ("--policies -o dot", "--policies is a table"),
        ("--from 10.0.0.1", "name both ends"),
    ] {
        let Ended { code, stdout, stderr } = ask(&format!("shop.yaml {words}"));
        assert_eq!((code, stdout.as_str()), (2, ""), "{words}: {stderr}");
        assert!(stderr.contains(expected), "{words}: {stderr}");
    }
}

#[test]
fn a_change_that_opens_something_is_told_apart_from_one_that_closes() {
    let Ended { code, stdout, .. } = ask("before.yaml --against shop.yaml");
    assert_eq!(code, 1, "{stdout}");
    let Ended { code, stdout, .. } = ask("shop.yaml --against before.yaml");
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("db/postgres[StatefulSet]"), "{stdout}");
}

#[test]
fn what_is_not_known_never_counts_as_open() {
    let Ended { code, stdout, .. } =
        ask("refused.yaml --from shop/web --to db/postgres:5432 -o json");
    assert_eq!(code, 3, "{stdout}");
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["answers"][0]["allowed"], Value::Null, "{answer}");
    let Ended { code, stdout, .. } = ask("broken -R --from db/postgres --to shop/web:8080");
    assert_eq!(code, 3, "a policy that was not read may allow it: {stdout}");
    assert_eq!(ask("refused.yaml").code, 3);
    assert_eq!(ask("refused.yaml --allow-incomplete").code, 0);
}

#[test]
fn policies_and_exposure_are_told_by_workload() {
    let policies = ask("shop.yaml --policies").ok();
    assert!(policies.contains("NetworkPolicy db/postgres"), "{policies}");
    let exposure = ask("shop.yaml --exposure").ok();
    assert!(exposure.contains("shop/web[Deployment]"), "{exposure}");
}

#[test]
fn the_order_of_files_and_the_way_in_change_nothing() {
    let folder = Folder::with(&[("shop.yaml", SHOP)]);
    let from_file = folder.run("simulate network shop.yaml -o csv").ok();
    let reversed: Vec<&str> = SHOP.split("---\n").collect();
    let reversed = reversed.iter().rev().copied().collect::<Vec<_>>().join("---\n");
    let folder = Folder::with(&[("shop.yaml", reversed.as_str())]);
    assert_eq!(folder.run("simulate network shop.yaml -o csv").ok(), from_file);
}
