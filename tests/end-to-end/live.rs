//! `check` of a cluster: what is read, as whom, and what is said where something is not.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use harness::{ControlPlane, Options, eventually};
use serde_json::Value;
use tempfile::TempDir;

use crate::cluster::{harden_on, line_on};
use crate::harden::{Ended, command, finish};
use crate::server::{Authority, nowhere, respond, serve};

/// What must never be said, wherever it was put.
const MARKER: &str = "m4rker-of-a-value";

/// A copy of the kubeconfig of a control plane, changed by `kubectl config`.
struct Config(TempDir);

impl Config {
    fn of(plane: &ControlPlane) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(plane.kubeconfig(), folder.path().join("config")).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config")
    }

    /// Runs `kubectl config` on it.
    fn set(self, plane: &ControlPlane, words: &[&str]) -> Self {
        let mut kubectl = plane.kubectl([&["config"], words].concat());
        assert!(kubectl.env("KUBECONFIG", self.path()).output().unwrap().status.success());
        self
    }

    fn check(&self, words: &str) -> Ended {
        check_with(&self.path(), words)
    }
}

fn check_with(config: &Path, words: &str) -> Ended {
    let mut command = command();
    let words = format!("check {words}");
    finish(command.env("KUBECONFIG", config).args(words.split_whitespace()), "")
}

/// The one sentence of a run that came to nothing.
#[track_caller]
fn sentence(ended: Ended, code: i32) -> String {
    let said = ended.silent(code);
    let lines: Vec<_> = said.lines().filter(|it| !it.starts_with("note: ")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    lines[0].strip_prefix("error: ").unwrap_or_else(|| panic!("{said}")).to_owned()
}

fn workload(kind: &str, name: &str, namespace: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}{more}}}\n\
         spec: {{replicas: 2, selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{hostPID: true, containers: [{{name: a, image: 'web:1'}}]}}}}}}\n---\n"
    )
}

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n")
}

fn wait_for(plane: &ControlPlane, what: &str, namespace: &str, count: usize) {
    eventually(what, || {
        let names = plane.kubectl_ok(["get", what, "-n", namespace, "-o", "name"]);
        (names.lines().count() == count).then_some(())
    });
}

/// Rule and object of each finding of a report in JSON.
fn findings(text: &str) -> BTreeSet<(String, String)> {
    let report: Value = serde_json::from_str(text).unwrap();
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|it| {
            let object = &it["object"];
            let part = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            let object = format!("{} {}/{}", part("kind"), part("namespace"), part("name"));
            (it["rule"].as_str().unwrap_or_default().to_owned(), object)
        })
        .collect()
}

#[test]
fn who_may_read_little_is_told_what_was_not_read() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&(namespace("one") + &workload("Deployment", "web", "one", "")));
    wait_for(&plane, "pods", "one", 2);
    plane.kubectl_ok(["create", "clusterrolebinding", "c", "--clusterrole=view", "--user=carol"]);
    plane.kubectl_ok([
        "create",
        "rolebinding",
        "d",
        "-n",
        "one",
        "--clusterrole=view",
        "--user=dave",
    ]);

    let ended = line_on(&plane, "check -A --as carol");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let line = ended.stdout.lines().find(|it| it.contains(" kinds: forbidden for carol: "));
    let line = line.unwrap_or_else(|| panic!("{}", ended.stdout));
    for kind in ["ClusterRoleBinding", "RoleBinding", "Secret", "rules not run: "] {
        assert!(line.contains(kind), "{line}");
    }
    assert!(!line.contains("Deployment"), "{line}");

    let ended = line_on(&plane, "check -n one --as dave");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stdout.contains("Deployment one/web"), "{}", ended.stdout);
    let view = "; the ClusterRole `view` allows most of it";
    for (words, who) in
        [("-A --as dave", "dave"), ("-n default --as dave", "dave"), ("-A --context bob", "bob")]
    {
        let said = sentence(line_on(&plane, &format!("check {words}")), 3);
        assert!(said.starts_with("nothing of ") && said.ends_with(view), "{said}");
        assert!(said.contains(&format!("can be read: forbidden for {who}")), "{said}");
    }
    let said = sentence(line_on(&plane, "check -n nope"), 2);
    assert!(said.ends_with("has no namespace `nope`"), "{said}");
    let said = sentence(line_on(&plane, "check -A --context nope"), 2);
    assert_eq!(said, "the kubeconfig has no context `nope`");
}

#[test]
fn who_cannot_be_asked_is_named_with_the_cause() {
    let Some(plane) = ControlPlane::shared() else { return };
    let config = || Config::of(plane);
    let cluster = ["set-cluster", "control-plane"];
    let dead = format!("--server=https://{}", nowhere());
    let dead = config().set(plane, &[&cluster[..], &[&dead]].concat());
    let said = sentence(dead.check("-A"), 2);
    assert!(said.ends_with("the connection was refused: nothing listens there"), "{said}");

    let (other, folder) = (Authority::new("somebody else"), tempfile::tempdir().unwrap());
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, other.pem()).unwrap();
    let trusted = format!("--certificate-authority={}", file.display());
    let wrong = config().set(plane, &[&cluster[..], &[&trusted, "--embed-certs"]].concat());
    let said = sentence(wrong.check("-A"), 2);
    assert!(said.contains("is not from an authority that is trusted here"), "{said}");

    // A token whose `exp` is 2001-09-09.
    let old = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.c2lnbmF0dXJl";
    let token = format!("--token={old}");
    let expired = config().set(plane, &["set-credentials", "admin", &token]);
    let said = sentence(expired.check("-A"), 2);
    assert!(
        said.ends_with("the token of user `admin` expired on 2001-09-09 at 01:46 UTC"),
        "{said}"
    );
    assert!(!said.contains(old));

    let missing = "--certificate-authority=/nonexistent/ca.pem";
    let missing = config()
        .set(plane, &["unset", "clusters.control-plane.certificate-authority-data"])
        .set(plane, &[&cluster[..], &[missing]].concat());
    let said = sentence(missing.check("-A"), 2);
    assert!(said.contains("/nonexistent/ca.pem"), "{said}");
    let said = sentence(check_with("/nonexistent/config".as_ref(), "-A"), 2);
    assert!(said.starts_with("no cluster is known"), "{said}");
    let said = sentence(line_on(plane, "check -A --kubeconfig /nonexistent/config"), 2);
    assert!(said.starts_with("failed to read /nonexistent/config"), "{said}");
}

#[test]
fn the_ways_in_are_those_of_kubectl() {
    let Some(plane) = ControlPlane::shared() else { return };
    // The cluster from one file, who asks and the context from another.
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(plane.kubeconfig()).unwrap();
    let at = text.find("contexts:").unwrap();
    let head = "apiVersion: v1\nkind: Config\n";
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    std::fs::write(&first, text[..at].replace("current-context: admin\n", "")).unwrap();
    std::fs::write(&second, format!("{head}current-context: admin\n{}", &text[at..])).unwrap();
    let both = std::env::join_paths([&first, &second]).unwrap();
    let ended = check_with(both.as_ref(), "-A --fail-on never");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("reading all namespaces of cluster admin"), "{}", ended.stderr);

    let token = text.split("name: admin\n  user:\n    token: \"").nth(1).unwrap();
    let token = &token[..token.find('"').unwrap()];
    let answer = format!(
        r#"{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"{token}"}}}}"#
    );
    let script = folder.path().join("login");
    std::fs::write(&script, answer).unwrap();
    let exec = format!("--exec-arg={}", script.display());
    let plugin = Config::of(plane).set(plane, &["unset", "users.admin"]).set(
        plane,
        &[
            "set-credentials",
            "admin",
            "--exec-command=cat",
            "--exec-api-version=client.authentication.k8s.io/v1",
            &exec,
        ],
    );
    let ended = plugin.check("-A --fail-on never");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

/// A proxy that lets everybody through; returns its address.
fn tunnel() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let pass = |stream: TcpStream| -> Option<()> {
        let mut lines = BufReader::with_capacity(1, stream.try_clone().ok()?).lines();
        let first = lines.next()?.ok()?;
        lines.find(|it| it.as_ref().is_ok_and(String::is_empty))?.ok()?;
        let server = TcpStream::connect(first.split(' ').nth(1)?).ok()?;
        let mut client = stream.try_clone().ok()?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        let (mut there, mut back) = (server.try_clone().ok()?, stream);
        thread::spawn(move || std::io::copy(&mut client, &mut there));
        std::io::copy(&mut { server }, &mut back).ok()?;
        back.shutdown(Shutdown::Both).ok()
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || pass(stream));
        }
    });
    address
}

#[test]
fn a_proxy_of_the_environment_is_gone_through() {
    let Some(plane) = ControlPlane::shared() else { return };
    let proxy = serve(None, |_, line, stream| {
        assert!(line.starts_with("CONNECT 127.0.0.1:"), "{line}");
        respond(stream, "407 Proxy Authentication Required", "", "");
    });
    let mut command = harden_on(plane);
    let ended = finish(command.args(["check", "-A"]).env("HTTPS_PROXY", &proxy), "");
    let said = sentence(ended, 2);
    assert!(said.contains("the proxy 127.0.0.1 did not let us through"), "{said}");
    let mut command = harden_on(plane);
    command.args(["check", "-A", "--fail-on", "never"]).env("HTTPS_PROXY", tunnel());
    assert_eq!(finish(&mut command, "").code, 0);
}

/// Puts files where a Pod finds them, in a view of the file system of its own.
const IN_A_POD: &str = "mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io/serviceaccount \
    && cp \"$0\"/* /run/secrets/kubernetes.io/serviceaccount && exec \"$@\"";

#[test]
fn in_a_pod_its_own_account_asks() {
    let Some(plane) = ControlPlane::shared() else { return };
    let own = ["--user", "--map-root-user", "--mount"];
    let is_possible = Command::new("unshare").args(own).arg("true").status();
    if !is_possible.is_ok_and(|it| it.success()) {
        eprintln!("skipped: a file system of one's own is not to be had here");
        return;
    }
    let account = "--serviceaccount=default:default";
    plane.kubectl_ok(["create", "clusterrolebinding", "pod", "--clusterrole=view", account]);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("token", plane.kubectl_ok(["create", "token", "default"]).trim().as_bytes());
    write("namespace", b"default");
    let view = |path: &str| plane.kubectl_ok(["config", "view", "--raw", "-o", path]);
    let authority = view("jsonpath={.clusters[0].cluster.certificate-authority-data}");
    let authority = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, authority).unwrap();
    write("ca.crt", &authority);
    let server = view("jsonpath={.clusters[0].cluster.server}");
    let (host, port) = server.trim_start_matches("https://").split_once(':').unwrap();
    let harden = env!("CARGO_BIN_EXE_kubectl-harden");
    let mut command = Command::new("unshare");
    command.args(own).args(["sh", "-c", IN_A_POD]).arg(folder.path());
    command.args([harden, "check", "--fail-on", "never"]).env_remove("KUBECONFIG");
    command.env("HOME", "/nonexistent").env("KUBERNETES_SERVICE_HOST", host);
    command.env("KUBERNETES_SERVICE_PORT", port);
    let ended = finish(&mut command, "");
    assert!(
        ended.stderr.contains("reading namespace default of cluster in-cluster"),
        "{}",
        ended.stderr
    );
    let who = " kinds: forbidden for system:serviceaccount:default:default: ";
    assert!(ended.code == 3 && ended.stdout.contains(who), "{}", ended.stdout);
}

const ALL_FOR_BOB: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: all, namespace: shop}
rules:
- {apiGroups: ['*'], resources: ['*'], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: all, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: all}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}
";

#[test]
fn a_selector_chooses_what_is_reported_and_not_what_is_read() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    let yaml = namespace("shop")
        + &workload("Deployment", "web", "shop", ", labels: {team: a}")
        + &workload("Deployment", "api", "shop", "")
        + &workload("StatefulSet", "db", "shop", ", labels: {team: b}");
    plane.apply(&yaml);
    wait_for(&plane, "pods", "shop", 5);
    let of = |selector: &str| {
        let words = ["check", "-n", "shop", "-o", "json", "--fail-on", "never", "-l", selector];
        finish(harden_on(&plane).args(words), "")
    };
    let objects = |ended: Ended| -> BTreeSet<String> {
        findings(&ended.ok()).into_iter().map(|(_, object)| object).collect()
    };
    assert_eq!(objects(of("team=a")), BTreeSet::from(["Deployment shop/web".to_owned()]));
    let both = objects(of("team in (a, b)"));
    assert!(
        both.contains("StatefulSet shop/db") && !both.contains("Deployment shop/api"),
        "{both:?}"
    );
    // What is said of pods is said of their Deployment, which has other labels.
    assert_eq!(objects(of("app=api")), BTreeSet::from(["Deployment shop/api".to_owned()]));
    let ended = line_on(&plane, "check -n shop -l team=a --fail-on never");
    assert!(ended.stdout.contains("the selector matches 1 of "), "{}", ended.stdout);
    let said = sentence(of("a b"), 2);
    assert!(said.contains("does not take the selector"), "{said}");
    // Who may read all that is in the namespace needs no Namespaces.
    plane.apply(ALL_FOR_BOB);
    let words = "check -n shop -l team=a -o json --fail-on never --context bob";
    let of_bob = finish(harden_on(&plane).args(words.split(' ')), "");
    assert_eq!(objects(of_bob), BTreeSet::from(["Deployment shop/web".to_owned()]));
    let ended = of("team=nobody");
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stdout.contains("no object has labels that the selector matches"));
}

pub(crate) const CUSTOM: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  names: {kind: Shop, plural: shops, singular: shop, listKind: ShopList}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.down.example.com}
spec:
  group: down.example.com
  version: v1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {namespace: default, name: nobody}
";

#[test]
fn owners_of_any_kind_say_it_once_and_an_api_that_is_down_is_named() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(&(namespace("shop") + CUSTOM));
    eventually("the kind", || {
        plane.kubectl(["get", "shops", "-A"]).output().unwrap().status.success().then_some(())
    });
    let pod = "{metadata: {labels: {a: b}}, spec: {hostPID: true, containers: [{name: a, image: 'web:1'}]}}";
    plane.apply(&format!("apiVersion: example.com/v1\nkind: Shop\nmetadata: {{name: big, namespace: shop}}\nspec: {{template: {pod}}}\n"));
    let uid =
        plane.kubectl_ok(["get", "shop", "big", "-n", "shop", "-o", "jsonpath={.metadata.uid}"]);
    let owner = format!(
        ", ownerReferences: [{{apiVersion: example.com/v1, kind: Shop, name: big, uid: {uid}, controller: true}}]"
    );
    plane.apply(&workload("Deployment", "till", "shop", &owner));
    plane.apply(&workload("Deployment", "web", "shop", ""));
    wait_for(&plane, "pods", "shop", 4);
    let ended = line_on(&plane, "check -A -o json --fail-on never");
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let lacks: Vec<_> = report["incomplete"].as_array().unwrap().iter().collect();
    assert!(
        lacks.iter().any(|it| it["what"] == "down.example.com/v1"
            && it["why"] == "the server behind this API does not answer"),
        "{lacks:?}"
    );
    let found = findings(&ended.stdout);
    let of_host: Vec<_> = found
        .iter()
        .filter(|(rule, _)| rule.contains("host-p") || rule.contains("host-namespaces"))
        .collect();
    let objects: BTreeSet<_> = of_host.iter().map(|(_, object)| object.as_str()).collect();
    assert_eq!(objects, BTreeSet::from(["Deployment shop/web", "Shop shop/big"]), "{found:?}");
}

/// Values in every place where values are.
fn markers() -> String {
    format!(
        "{}apiVersion: v1\nkind: Secret\nmetadata: {{name: db, namespace: vault}}\nstringData: {{password: {MARKER}}}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app, namespace: vault, annotations: {{note: 'password={MARKER}'}}}}\ndata: {{password: {MARKER}, url: 'postgres://user:{MARKER}@db/x'}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: vault}}\n\
         spec: {{containers: [{{name: a, image: web, args: ['--password={MARKER}'], env: [{{name: DB_PASSWORD, value: {MARKER}}}, {{name: URL, value: 'https://user:{MARKER}@db/x'}}]}}]}}\n",
        namespace("vault")
    )
}

#[test]
fn no_value_of_a_secret_is_asked_for_or_said() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.yaml");
    let rules = "rules: [{level: RequestResponse, resources: [{group: '', resources: [secrets]}], verbs: [get, list, watch]}, {level: None}]";
    std::fs::write(&policy, format!("apiVersion: audit.k8s.io/v1\nkind: Policy\n{rules}\n"))
        .unwrap();
    let log = folder.path().join("audit.log");
    let options =
        Options { audit_policy: Some(policy), audit_log: Some(log.clone()), ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    let yaml = folder.path().join("markers.yaml");
    std::fs::write(&yaml, markers()).unwrap();
    // On this way, the annotation that remembers what was sent is written.
    plane.kubectl_ok(["apply", "-f", yaml.to_str().unwrap()]);
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, MARKER);
    let who = "--as root --as-group system:masters";
    for format in [
        "text",
        "wide",
        "markdown",
        "html",
        "json",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "csv",
        "policyreport",
        "openreports",
    ] {
        for more in ["-v", "-l app!=x"] {
            let more = if format == "text" || more != "-v" { more } else { "--include-system" };
            let words = format!("check -A --fail-on never {who} -o {format} {more}");
            let ended = line_on(&plane, &words);
            assert_eq!(ended.code, 0, "{words}: {}", ended.stderr);
            for said in [&ended.stdout, &ended.stderr] {
                assert!(!said.contains(MARKER) && !said.contains(&encoded), "{format}: {said}");
            }
        }
    }
    let text = std::fs::read_to_string(&log).unwrap();
    let events: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    // Controllers and kubectl ask for Secrets, too.
    let ours: Vec<_> =
        events.iter().filter(|it| it["impersonatedUser"]["username"] == "root").collect();
    let kinds: BTreeSet<_> = ours
        .iter()
        .filter(|it| it["stage"] == "ResponseComplete")
        .map(|it| it["responseObject"]["kind"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["PartialObjectMetadataList"]));
    for event in ours {
        let event = event.to_string();
        assert!(!event.contains(r#""data":"#) && !event.contains(&encoded), "{event}");
    }
}

#[test]
fn a_cluster_and_what_kubectl_prints_of_it_are_judged_alike() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(
        &(namespace("shop")
            + &workload("Deployment", "web", "shop", "")
            + &workload("StatefulSet", "db", "shop", "")),
    );
    wait_for(&plane, "pods", "shop", 3);
    let read = line_on(&plane, "check -A --include-system -o json --fail-on never");
    let report: Value = serde_json::from_str(&read.stdout).unwrap();
    let listed = report["coverage"]["listed"].as_array().unwrap().iter();
    let kinds: Vec<_> = listed.map(|it| it["resource"].as_str().unwrap()).collect();
    let printed = plane.kubectl_ok(["get", &kinds.join(","), "-A", "-o", "json"]);
    let words = "check -f - -o json --fail-on never";
    let version = report["settings"]["kubernetesVersion"].as_str().unwrap();
    let mut command = command();
    command.args(words.split(' ')).args(["--kubernetes-version", version]);
    let found = findings(&read.ok());
    assert!(found.iter().any(|(_, object)| object == "Deployment shop/web"), "{found:?}");
    assert_eq!(found, findings(&finish(&mut command, &printed).ok()));
}
