//! The control plane does what tests rely on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use harness::{ControlPlane, Options, eventually};
use serde_json::Value;
use tempfile::TempDir;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn file(directory: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn it_says_its_true_version() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    let version = json(&plane.kubectl_ok(["version", "-o", "json"]));
    let module = include_str!("../../control-plane/go.mod");
    let server = version["serverVersion"]["gitVersion"].as_str().unwrap();
    assert!(module.contains(&format!("k8s.io/kubernetes {server}\n")), "{version}");
    assert_eq!(version["clientVersion"]["gitVersion"], server);
}

#[test]
fn a_privileged_pod_is_rejected_where_restricted_is_enforced() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.apply(
        "apiVersion: v1
kind: Namespace
metadata:
  name: psa
  labels: {pod-security.kubernetes.io/enforce: restricted}
",
    );
    let rejected = plane.try_apply(
        "apiVersion: v1
kind: Pod
metadata: {name: p, namespace: psa}
spec:
  containers:
  - {name: c, image: i, securityContext: {privileged: true}}
",
    );
    assert!(!rejected.status.success());
    let message = String::from_utf8(rejected.stderr).unwrap();
    let expected = "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": \
        privileged (container \"c\" must not set securityContext.privileged=true), \
        allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), \
        unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), \
        runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), \
        seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_namespace_gets_its_service_account_and_goes_with_all_that_is_in_it() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.kubectl_ok(["create", "namespace", "brief"]);
    eventually("the ServiceAccount", || {
        let mut command = plane.kubectl(["get", "serviceaccount", "default", "-n", "brief"]);
        command.output().unwrap().status.success().then_some(())
    });
    plane.apply(
        "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim, namespace: brief}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: brief}
spec: {containers: [{name: c, image: i}]}
",
    );
    plane.kubectl_ok(["delete", "namespace", "brief", "--timeout=180s"]);
    let left = plane.kubectl_ok(["get", "namespaces", "-o", "name"]);
    assert!(!left.lines().any(|name| name == "namespace/brief"), "{left}");
}

#[test]
fn a_deployment_gets_its_replica_set_and_pods_that_stay_pending() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.kubectl_ok(["create", "namespace", "workloads"]);
    plane.kubectl_ok([
        "create",
        "deployment",
        "web",
        "--image=web:1",
        "--replicas=2",
        "-n",
        "workloads",
    ]);
    let pods = eventually("two pods", || {
        let pods = json(&plane.kubectl_ok(["get", "pods", "-n", "workloads", "-o", "json"]));
        (pods["items"].as_array()?.len() == 2).then_some(pods)
    });
    for pod in pods["items"].as_array().unwrap() {
        assert_eq!(pod["status"]["phase"], "Pending");
        assert_eq!(pod["metadata"]["ownerReferences"][0]["kind"], "ReplicaSet");
    }
    plane.kubectl_ok(["delete", "deployment", "web", "-n", "workloads"]);
    eventually("garbage collection of the pods", || {
        let pods = plane.kubectl_ok(["get", "pods", "-n", "workloads", "-o", "name"]);
        pods.is_empty().then_some(())
    });
}

#[test]
fn a_quota_is_enforced() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.kubectl_ok(["create", "namespace", "quota"]);
    plane.kubectl_ok(["create", "quota", "q", "--hard=configmaps=2", "-n", "quota"]);
    // One is the cluster's own kube-root-ca.crt.
    eventually("the quota to count", || {
        let quota = json(&plane.kubectl_ok(["get", "quota", "q", "-n", "quota", "-o", "json"]));
        (quota["status"]["used"]["configmaps"] == "1").then_some(())
    });
    plane.kubectl_ok(["create", "configmap", "first", "-n", "quota"]);
    let mut second = plane.kubectl(["create", "configmap", "second", "-n", "quota"]);
    let message = String::from_utf8(second.output().unwrap().stderr).unwrap();
    let expected =
        "exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn the_users_are_who_they_say() {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    let user = |context| {
        let answer = plane.kubectl_ok(["--context", context, "auth", "whoami", "-o", "json"]);
        json(&answer)["status"]["userInfo"].clone()
    };
    assert_eq!(user("alice")["groups"], serde_json::json!(["dev-team", "system:authenticated"]));
    assert_eq!(user("bob")["groups"], serde_json::json!(["system:authenticated"]));
    assert_eq!(user("admin")["groups"][0], "system:masters");
    let answer = plane.kubectl_ok([
        "auth",
        "can-i",
        "get",
        "pods",
        "--as=carol",
        "--as-group=system:masters",
    ]);
    assert_eq!(answer, "yes\n");
}

#[test]
fn an_encryption_configuration_encrypts_and_data_outlives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let configuration = file(
        &directory,
        "encryption.yaml",
        "apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox: {keys: [{name: key1, secret: a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=}]}
  - identity: {}
",
    );
    let plain = Options {
        data_dir: Some(directory.path().join("data")),
        no_controllers: true,
        ..Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&plain) else {
        return;
    };
    plane.kubectl_ok(["create", "secret", "generic", "before", "--from-literal=k=visible"]);
    assert!(plane.stored("/registry/secrets/default/before").starts_with(b"k8s\0"));
    drop(plane);

    let encrypted = Options { encryption_config: Some(configuration), ..plain };
    let plane = ControlPlane::start(&encrypted).unwrap();
    plane.kubectl_ok(["create", "secret", "generic", "after", "--from-literal=k=hidden"]);
    let stored = plane.stored("/registry/secrets/default/after");
    assert!(stored.starts_with(b"k8s:enc:secretbox:v1:key1:"));
    assert!(!stored.windows(6).any(|part| part == b"hidden"));
    let kept = plane.kubectl_ok(["get", "secret", "before", "-o", "jsonpath={.data.k}"]);
    assert_eq!(kept, "dmlzaWJsZQ==");
}

#[test]
fn an_audit_policy_logs_what_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let policy = file(
        &directory,
        "audit.yaml",
        "apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Request, resources: [{resources: [configmaps]}], verbs: [create], users: [admin]}
- {level: None}
",
    );
    let log = directory.path().join("audit.log");
    let options =
        Options { audit_policy: Some(policy), audit_log: Some(log.clone()), ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else {
        return;
    };
    plane.kubectl_ok(["create", "configmap", "logged"]);
    plane.kubectl_ok(["create", "namespace", "silent"]);
    drop(plane);
    let events: Vec<Value> = fs::read_to_string(log).unwrap().lines().map(json).collect();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["level"], "Request");
    assert_eq!(events[0]["requestObject"]["metadata"]["name"], "logged");
}

#[test]
fn it_behaves_as_an_older_version() {
    let options = Options { emulated_version: Some("1.34".to_owned()), ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else {
        return;
    };
    let version = json(&plane.kubectl_ok(["get", "--raw", "/version"]));
    // gitVersion stays that of the binary.
    assert_eq!(version["emulationMinor"], "34", "{version}");
    let groups = plane.kubectl_ok([
        "api-resources",
        "--api-group=admissionregistration.k8s.io",
        "-o",
        "name",
    ]);
    assert!(!groups.contains("mutatingadmissionpolicies"), "{groups}");
    plane.kubectl_ok(["create", "deployment", "web", "--image=web:1"]);
    eventually("the pod", || {
        let pods = plane.kubectl_ok(["get", "pods", "-o", "name"]);
        pods.starts_with("pod/web-").then_some(())
    });
}

#[test]
fn an_admission_configuration_sets_the_default_level() {
    let directory = tempfile::tempdir().unwrap();
    let configuration = file(
        &directory,
        "admission.yaml",
        "apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {enforce: baseline}
",
    );
    let options = Options {
        admission_config: Some(configuration),
        no_controllers: true,
        ..Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&options) else {
        return;
    };
    let rejected = plane.try_apply(
        "apiVersion: v1
kind: Pod
metadata: {name: p, namespace: default}
spec: {hostPID: true, containers: [{name: c, image: i}]}
",
    );
    let message = String::from_utf8(rejected.stderr).unwrap();
    let expected = "violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_flag_that_does_not_exist_is_named_with_the_component_that_rejected_it() {
    let options = Options {
        apiserver_args: vec![("no-such-flag".to_owned(), "1".to_owned())],
        ..Options::default()
    };
    let error = match ControlPlane::start(&options) {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    };
    if ControlPlane::shared().is_none() {
        return;
    }
    assert!(error.contains("kube-apiserver ended: exit status 1"), "{error}");
    assert!(error.contains("unknown flag: --no-such-flag"), "{error}");
}

#[test]
fn what_cannot_become_ready_in_time_is_said() {
    let options = Options { timeout: Some(Duration::from_millis(300)), ..Options::default() };
    if ControlPlane::shared().is_none() {
        return;
    }
    let error = ControlPlane::start(&options).unwrap_err().to_string();
    assert!(error.contains("waiting for "), "{error}");
    assert!(error.contains("the time given with --timeout is over"), "{error}");
}
