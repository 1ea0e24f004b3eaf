//! `plan` for manifests: what it says, in every format, and what it refuses.

use serde_json::Value;

use crate::check::Folder;
use crate::gallery;
use crate::harden::line;

const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/enforce-version: v1.99
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: web:1}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: shop}
spec:
  replicas: 0
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: app, image: store:1}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: 0 0 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          volumes: [{name: disk, hostPath: {path: /}}]
          containers:
          - {name: app, image: report:1, securityContext: {privileged: true}}
---
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.37
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Pod
metadata: {name: probed, namespace: probes}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: app
    image: web:1
    livenessProbe: {httpGet: {port: 80, host: 10.0.0.1}}
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
";

#[test]
fn a_plan_for_manifests_is_shown_in_every_format() {
    let folder = Folder::with(&[("shop.yaml", SHOP)]);
    for format in ["text", "wide", "markdown", "json"] {
        let ended = folder.run(&format!("plan -f shop.yaml -o {format}"));
        assert_eq!((ended.code, ended.stderr.as_str()), (1, ""), "{format}");
        gallery("terminal")
            .bind(|| insta::assert_snapshot!(format!("plan-{format}"), ended.stdout));
    }
    let json: Value =
        serde_json::from_str(&folder.run("plan -f shop.yaml -o json").stdout).unwrap();
    let yaml: Value =
        serde_yaml::from_str(&folder.run("plan -f shop.yaml -o yaml").stdout).unwrap();
    assert_eq!(json, yaml);
    assert_eq!(json["version"], "v1");
}

#[test]
fn a_namespace_that_is_there_already_says_so_in_one_line() {
    let folder = Folder::with(&[("shop.yaml", SHOP)]);
    let there = folder.run("plan team-a -f shop.yaml").ok();
    assert_eq!(there.lines().count(), 2, "{there}");
    assert!(there.contains("nothing: it is held to restricted:v1.37 already"), "{there}");
    let system = folder.run("plan kube-system -f shop.yaml").ok();
    assert!(system.contains("Now, enforce it:"), "{system}");
    let baseline =
        folder.run("plan probes -f shop.yaml --level baseline --kubernetes-version 1.33");
    assert!(
        baseline.ok().contains("enforce=baseline pod-security.kubernetes.io/enforce-version=v1.33")
    );
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    let folder = Folder::with(&[
        ("shop.yaml", SHOP),
        ("wrong.yaml", "kind: AdmissionConfiguration\n"),
        (
            "exempt.yaml",
            "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\nexemptions: {namespaces: [shop]}\n",
        ),
    ]);
    for (words, said) in [
        ("-f shop.yaml nowhere", "error: there is no namespace `nowhere` in what was read\n"),
        (
            "-f shop.yaml --level privileged",
            "error: --level is what to reach: baseline or restricted; every namespace meets privileged\n",
        ),
        (
            "-f shop.yaml --admission-config wrong.yaml",
            "error: wrong.yaml: the API server would not start: failed to read plugin config: ",
        ),
    ] {
        let ended = folder.run(&format!("plan {words}"));
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{words}");
        assert!(ended.stderr.starts_with(said), "{words}: {}", ended.stderr);
    }
    let exempt = folder.run("plan shop -f shop.yaml --admission-config exempt.yaml").ok();
    assert!(exempt.contains("the API server judges nothing here"), "{exempt}");
    assert!(line("plan a -n b").rejected().contains("cannot be used with"));
}
