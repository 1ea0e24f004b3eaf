//! A real API server answers as the simulation says, word for word.
//!
//! `HARDEN_RANDOM_PODS` sets how many random pods there are, `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "no schemas are read here")]
#[path = "random_pods/proxy.rs"]
mod proxy;
#[path = "random_pods/generator.rs"]
mod random_pods;
#[path = "random_pods/valid.rs"]
mod valid;
#[path = "random_pods/valid_containers.rs"]
mod valid_containers;
#[path = "random_pods/valid_volumes.rs"]
mod valid_volumes;

use std::io::Write as _;
use std::process::Stdio;
use std::thread;

use harden_core::object::{Object, objects};
use harden_core::simulate::pod_security::{Answer, Options, Simulator};
use harden_yaml::{Document, documents};
use harness::{ControlPlane, eventually};
use proxy::{Proxy, Reply};
use random_pods::{Case, Random, case, count, report, seed};
use serde_json::{Value, json};
use valid::{Use, mended};

const NAMESPACES: &str = "
apiVersion: v1
kind: Namespace
metadata:
  name: simulated-restricted
  labels: {pod-security.kubernetes.io/enforce: restricted}
---
apiVersion: v1
kind: Namespace
metadata:
  name: simulated-baseline
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/enforce-version: v1.30
    pod-security.kubernetes.io/warn: restricted
    pod-security.kubernetes.io/warn-version: v1.24
";

/// Objects that the API server takes but for Pod Security; `NAMESPACE` stands for each of the two.
const OBJECTS: [&str; 8] = [
    "{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: NAMESPACE}, \
      spec: {containers: [{name: c, image: i}, {name: d, image: i}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: host, namespace: NAMESPACE, annotations: \
      {container.apparmor.security.beta.kubernetes.io/c: unconfined}}, spec: {hostNetwork: true, \
      hostPID: true, containers: [{name: c, image: i, ports: [{containerPort: 80}], \
      securityContext: {privileged: yes, capabilities: {add: [SYS_ADMIN]}}}], \
      volumes: [{name: none}, {name: root, hostPath: {path: /}}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {generateName: made-, namespace: NAMESPACE}, \
      spec: {hostIPC: true, containers: [{name: c, image: i}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: windows, namespace: NAMESPACE}, \
      spec: {os: {name: windows}, securityContext: {windowsOptions: {hostProcess: true, \
      runAsUserName: 'NT AUTHORITY\\SYSTEM'}}, hostNetwork: true, containers: [{name: c, image: i}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: hard, namespace: NAMESPACE}, \
      spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, \
      containers: [{name: c, image: i, securityContext: {allowPrivilegeEscalation: false, \
      capabilities: {drop: [ALL]}}}], volumes: [{name: none}]}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: NAMESPACE}, \
      spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}, annotations: \
      {container.apparmor.security.beta.kubernetes.io/c: unconfined}}, spec: {hostNetwork: true, \
      containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 80}]}]}}}}",
    "{apiVersion: batch/v1, kind: CronJob, metadata: {name: j, namespace: NAMESPACE}, \
      spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, \
      initContainers: [{name: i, image: i, securityContext: {runAsUser: 0}}], \
      containers: [{name: c, image: i, securityContext: {runAsNonRoot: false}}]}}}}}}",
    "{apiVersion: v1, kind: PodTemplate, metadata: {name: t, namespace: NAMESPACE}, \
      template: {spec: {containers: [{name: c, image: i, livenessProbe: {tcpSocket: \
      {port: 80, host: example.com}}}]}}}",
];

#[test]
fn pods_and_workloads_are_answered_as_simulated() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(NAMESPACES);
    let mut simulator = Simulator::new(Options::default());
    for document in documents(NAMESPACES) {
        objects(document.root()).for_each(|object| simulator.learn(&object));
    }
    let mut words = 0;
    for namespace in ["simulated-restricted", "simulated-baseline"] {
        for template in OBJECTS {
            let text = template.replace("NAMESPACE", namespace);
            let document = Document::parse_yaml(&text);
            let answer = simulator.answer(&object(&document)).remove(0);
            let (created, theirs) = create(plane, &text);
            let ours = answer.text.unwrap_or_default();
            let is_pod = answer.kind == "Pod";
            assert_eq!(
                created,
                answer.allowed == Some(true) || !is_pod,
                "{text}\n{ours}\n{theirs}"
            );
            // The letters that the server adds to a name are its own.
            let start = theirs.find("violates").map_or(theirs.as_str(), |at| &theirs[at..]);
            let expected = ours.find("violates").map_or(ours.as_str(), |at| &ours[at..]);
            assert_eq!(
                theirs.contains("PodSecurity"),
                !ours.is_empty(),
                "{text}\n{ours}\n{theirs}"
            );
            let found = if ours.contains("xxxxx") {
                start.trim_end().starts_with(expected)
            } else {
                ours.is_empty() || theirs.lines().any(|line| line.ends_with(&ours))
            };
            assert!(found, "{text}\nours: {ours}\ntheirs: {theirs}");
            words += ours.len();
        }
    }
    assert!(words > 2_000, "{words}");
}

#[test]
fn namespaces_with_bad_labels_are_answered_as_simulated() {
    let Some(plane) = ControlPlane::shared() else { return };
    let simulator = Simulator::new(Options::default());
    for labels in [
        "{pod-security.kubernetes.io/enforce: Restricted}",
        "{pod-security.kubernetes.io/warn-version: v1.01, pod-security.kubernetes.io/audit: ''}",
    ] {
        let text = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: rejected, labels: {labels}}}}}"
        );
        let document = Document::parse_yaml(&text);
        let answer = simulator.answer_namespace(&object(&document)).unwrap();
        let (created, theirs) = create(plane, &text);
        assert!(!created && answer.allowed == Some(false));
        // kubectl makes a list of several errors.
        let theirs = theirs.trim_start_matches("The ").trim_end();
        let lines = theirs.replace("invalid: \n* ", "invalid: [").replace("\n* ", ", ");
        assert_eq!(lines.trim_end_matches(']'), answer.text.trim_end_matches(']'));
    }
}

const PODS: u64 = 300;
const PODS_IN_CI: u64 = 2_000;
const RANDOM_NAMESPACES: usize = 40;

/// An object to create, and the path to create it at.
struct Request {
    path: String,
    object: Value,
}

#[test]
fn random_pods_and_deployments_are_answered_as_simulated() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (seed, pods) = (seed(), count(PODS_IN_CI, PODS));
    let mut random = Random::new(seed);
    let namespaces = random_namespaces(&mut random);
    plane.apply(&namespaces);
    eventually("default ServiceAccounts", || {
        let all = plane.kubectl_ok(["get", "serviceaccounts", "-A", "-o", "name"]);
        (all.lines().count() > RANDOM_NAMESPACES).then_some(())
    });
    let mut simulator = Simulator::new(Options::default());
    let document = Document::parse_json(&namespaces);
    objects(document.root()).for_each(|object| simulator.learn(&object));
    let requests: Vec<Request> = (0..pods).map(|index| request(&mut random, index)).collect();
    let proxy = Proxy::start(plane);
    let ask = |it: &Request| proxy.create(&it.path, &it.object.to_string());
    let (first, second) = requests.split_at(requests.len() / 2);
    let replies: Vec<Reply> = thread::scope(|scope| {
        let first = scope.spawn(|| first.iter().map(ask).collect::<Vec<_>>());
        let second: Vec<_> = second.iter().map(ask).collect();
        first.join().unwrap().into_iter().chain(second).collect()
    });
    let mut counts = Counts::default();
    for (request, reply) in requests.iter().zip(&replies) {
        let text = request.object.to_string();
        let document = Document::parse_json(&text);
        let answer = simulator.answer(&object(&document)).remove(0);
        let words = format!("HARDEN_RANDOM_SEED={seed}, {} {text}", request.path);
        counts.compare(&answer, reply, &words);
    }
    report(&format!("{pods} random pods, {counts:?}, HARDEN_RANDOM_SEED={seed}"));
    let Counts { unjudged, rejected, warned, .. } = counts;
    assert!(unjudged <= pods * 2 / 5, "{counts:?}: most are to come before Pod Security");
    assert!(rejected >= pods / 10 && warned >= pods / 10, "{counts:?}: a test of nothing");
}

/// How the server answered.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    /// Rejected before any admission, as what cannot be read or is not valid.
    unjudged: u64,
    /// Rejected by Pod Security.
    rejected: u64,
    /// Let in, with a warning of Pod Security.
    warned: u64,
    /// Let in without one.
    allowed: u64,
}

impl Counts {
    fn compare(&mut self, answer: &Answer<'_>, reply: &Reply, words: &str) {
        let theirs: Vec<&String> =
            reply.warnings.iter().filter(|warning| warning.contains("PodSecurity")).collect();
        match reply.code {
            400 | 422 => {
                self.unjudged += 1;
                return;
            }
            code if answer.allowed.is_none() => panic!("{code}, and not decoded: {words}"),
            201 if theirs.is_empty() => self.allowed += 1,
            201 => self.warned += 1,
            403 => self.rejected += 1,
            code => panic!("{code} {}: {words}", reply.message),
        }
        let is_rejected = answer.kind == "Pod" && answer.allowed == Some(false);
        assert_eq!(is_rejected, reply.code == 403, "{words}\n{}", reply.message);
        if is_rejected {
            assert_eq!(answer.text.as_ref(), Some(&reply.message), "{words}");
        }
        assert_eq!(answer.warning.iter().collect::<Vec<_>>(), theirs, "{words}");
    }
}

/// Namespaces that enforce and warn about any level of any version, or do not.
fn random_namespaces(random: &mut Random) -> String {
    let items = (0..RANDOM_NAMESPACES).map(|index| {
        let mut labels = serde_json::Map::new();
        for mode in ["enforce", "warn"] {
            let Case { level, version, .. } = case(random);
            let label = format!("pod-security.kubernetes.io/{mode}");
            if random.chance(90) {
                labels.insert(format!("{label}-version"), json!(version));
            }
            if random.chance(90) {
                labels.insert(label, json!(level));
            }
        }
        // One label at least: without any, the simulation takes its own standard.
        labels.insert("pod-security.kubernetes.io/audit".to_owned(), json!("privileged"));
        let name = format!("random-{index}");
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    });
    json!({"apiVersion": "v1", "kind": "List", "items": items.collect::<Vec<_>>()}).to_string()
}

/// A Pod, or a third of the times a Deployment.
fn request(random: &mut Random, index: u64) -> Request {
    let namespace = format!("random-{}", random.below(RANDOM_NAMESPACES as u64));
    let name = format!("made-{index}");
    let purpose = if random.chance(33) { Use::Template } else { Use::Pod };
    let Case { pod, .. } = case(random);
    let (mut metadata, spec) = mended(random, pod, purpose);
    if purpose == Use::Pod {
        metadata["name"] = json!(name);
        metadata["namespace"] = json!(namespace);
        let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        return Request { path: format!("/api/v1/namespaces/{namespace}/pods"), object };
    }
    metadata["labels"] = json!({"made": name});
    let object = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"made": name}},
            "template": {"metadata": metadata, "spec": spec},
        },
    });
    Request { path: format!("/apis/apps/v1/namespaces/{namespace}/deployments"), object }
}

fn object<'d>(document: &'d Document<'_>) -> Object<'d> {
    objects(document.root()).next().unwrap()
}

/// Whether the server would create an object, and all that kubectl says.
fn create(plane: &ControlPlane, text: &str) -> (bool, String) {
    let mut command = plane.kubectl(["create", "--dry-run=server", "-f", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut kubectl = command.spawn().unwrap();
    kubectl.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = kubectl.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}
