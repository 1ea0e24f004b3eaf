//! `snapshot`, and what is said of one: the same as of the cluster, and nothing secret.

use std::io::Read as _;
use std::path::Path;

use harness::{ControlPlane, Options};

use crate::cluster::{harden_on, line_on};
use crate::harden::{Ended, command, finish};

/// Each place where a value can be, with a mark of its own in it.
const OBJECTS: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: shop, annotations: {db-password: Zq9annotation-of-secret1}}
data: {password: WnE5ZGF0YQ==}
stringData: {token: Zq9string-data1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  DB_PASSWORD: Zq9config-map-value1
  app.properties: |
    db.user=app
    db.password=Zq9config-map-file1
binaryData: {b: WnE5YmluYXJ5}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, annotations: {api-token: Zq9annotation1234567}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {api-token: Zq9template1234567}}
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1
        command: [mysql, -pZq9attached1]
        args: [--password=Zq9argument1, --url, "https://app:Zq9url12345@db.example/"]
        env:
        - {name: DB_PASSWORD, value: Zq9environment1}
        - {name: GITHUB_TOKEN, value: ghp_Zq9a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B}
        securityContext: {privileged: true}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: shop}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: a, image: "a:1", env: [{name: API_KEY, value: Zq9a1b2c3d4e5f6}]}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: stores.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: stores, singular: store, kind: Store}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

const STORE: &str = r"
apiVersion: example.com/v1
kind: Store
metadata: {name: vault, namespace: shop}
spec: {auth: {password: Zq9custom-resource1, token: Zq9a1b2c3d4e5f6a7}}
";

/// What all marks have in them: as it is, and in base64.
const MARKS: [&str; 2] = ["Zq9", "WnE5"];

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// Runs a command line that reaches no cluster.
fn away(folder: &Path, words: &str) -> Ended {
    finish(command().args(words.split_whitespace()).current_dir(folder), "")
}

/// Without what differs from run to run: the time, to the second.
fn timeless(text: &str) -> String {
    let is_time = |it: &str| {
        it.len() == 20 && it.ends_with('Z') && it.get(10..11) == Some("T") && it.starts_with("20")
    };
    // In reports for a cluster it is a number.
    let is_number = |it: &&str| it.trim_start().starts_with("seconds: ");
    let lines: Vec<_> = text.split_inclusive('\n').filter(|it| !is_number(it)).collect();
    let text = lines.concat();
    let (mut rest, mut result) = (text.as_str(), String::new());
    while let Some(first) = rest.chars().next() {
        if let Some(time) = rest.get(..20).filter(|it| is_time(it)) {
            result.push_str("TIME");
            rest = &rest[time.len()..];
        } else {
            result.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    result
}

#[test]
fn a_snapshot_says_what_the_cluster_says_and_nothing_secret() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(OBJECTS);
    plane.kubectl_ok(["wait", "--for=condition=Established", "crd/stores.example.com"]);
    harness::eventually("the kind is served", || {
        plane.try_apply(STORE).status.success().then_some(())
    });
    plane.kubectl_ok([
        "wait",
        "--for=create",
        "pod",
        "-l",
        "app=web",
        "-n",
        "shop",
        "--timeout=60s",
    ]);
    plane.kubectl_ok(["get", "configmap", "kube-root-ca.crt", "-n", "shop"]);
    let folder = tempfile::tempdir().unwrap();
    let take = |words: &str| {
        let mut command = harden_on(&plane);
        command.args(["snapshot"]).args(words.split_whitespace()).current_dir(folder.path());
        finish(&mut command, "")
    };

    let taken = take("-A --with-config-maps --output-file all");
    assert_eq!((taken.code, taken.stdout.as_str()), (0, ""), "{}", taken.stderr);
    assert!(taken.stderr.contains("wrote all: "), "{}", taken.stderr);
    let all = unpacked(&folder.path().join("all"));
    for mark in MARKS {
        let at = all.find(mark).map(|at| &all[at.saturating_sub(300)..(at + 40).min(all.len())]);
        assert_eq!(at, None);
    }
    for word in ["managedFields", "last-applied-configuration\":\"{\\"] {
        assert!(!all.contains(word), "{word}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("all")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let formats = [
        "text",
        "wide",
        "json",
        "yaml",
        "sarif",
        "junit",
        "markdown",
        "html",
        "github",
        "gitlab",
        "csv",
        "policyreport",
        "openreports",
    ];
    for format in formats {
        let words = format!("--fail-on never --allow-incomplete -o {format}");
        let live = line_on(&plane, &format!("check -A {words}"));
        let kept = away(folder.path(), &format!("check --snapshot all {words}"));
        assert_eq!((live.code, kept.code), (0, 0), "{format}: {}{}", live.stderr, kept.stderr);
        assert!(!live.stdout.is_empty());
        assert_eq!(timeless(&live.stdout), timeless(&kept.stdout), "{format}");
        let live = line_on(&plane, &format!("check -n shop {words}"));
        let kept = away(folder.path(), &format!("check --snapshot all -n shop {words}"));
        assert_eq!(timeless(&live.stdout), timeless(&kept.stdout), "{format} -n");
        assert!(kept.stderr.contains("namespace shop of cluster"), "{}", kept.stderr);
        for text in [&kept.stdout, &kept.stderr] {
            assert!(!MARKS.iter().any(|it| text.contains(it)), "{format}: {text}");
        }
    }
    let text = away(folder.path(), "check --snapshot all -n shop --fail-on never").stdout;
    for rule in ["secret-in-environment", "secret-in-arguments", "secret-in-config-map"] {
        assert!(text.contains(rule), "{rule}: {text}");
    }

    let taken = take("-n shop --output-file shop");
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let shop = unpacked(&folder.path().join("shop"));
    assert!(!MARKS.iter().any(|it| shop.contains(it)), "{shop}");
    assert!(shop.contains("app.properties\":\"\""), "{shop}");
    let kept = away(folder.path(), "check --snapshot shop --fail-on never");
    assert_eq!(kept.code, 3, "{}", kept.stdout);
    assert!(kept.stdout.contains("--with-config-maps"), "{}", kept.stdout);
    let wrong = away(folder.path(), "check --snapshot shop -n other").rejected();
    assert!(wrong.contains("holds namespace shop only"), "{wrong}");
    let wrong = away(folder.path(), "check --snapshot all -n nowhere").rejected();
    assert!(wrong.contains("holds no namespace nowhere"), "{wrong}");

    // Nobody may read anything, and the snapshot says so.
    let mut bob = harden_on(&plane);
    bob.args(["snapshot", "-n", "shop", "--context", "bob", "--output-file", "bob"]);
    let bob = finish(bob.current_dir(folder.path()), "");
    assert_eq!(bob.code, 3, "{}", bob.stderr);
    let kept = away(folder.path(), "check --snapshot bob --fail-on never");
    let mut live = harden_on(&plane);
    live.args(["check", "-n", "shop", "--context", "bob", "--fail-on", "never"]);
    let live = finish(&mut live, "");
    assert_eq!((live.code, kept.code), (3, 3), "{}", kept.stderr);
    assert_eq!(live.stdout, kept.stdout);
}
