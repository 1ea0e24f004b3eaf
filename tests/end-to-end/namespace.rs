//! A hardened namespace does what its comments say.

use harness::{ControlPlane, eventually};
use serde_json::{Value, json};

use crate::cluster::{line_on, namespace};
use crate::harden::{finish, line};

/// A pod that the restricted Pod Security Standard admits.
fn restricted_pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "app",
                "image": "registry.example.com/app:1",
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    })
}

fn privileged_pod(name: &str) -> Value {
    let mut pod = restricted_pod(name);
    pod["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
    pod
}

fn deployment(name: &str, pod: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod["spec"]},
        },
    })
}

/// What the server answers to making an object in a namespace.
fn create(plane: &ControlPlane, namespace: &str, object: &Value) -> Result<String, String> {
    let mut object = object.clone();
    object["metadata"]["namespace"] = namespace.into();
    let output = plane.try_apply(&object.to_string());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Applies as the README says: the ServiceAccount `default` may come to be at the same time.
fn apply(plane: &ControlPlane, manifests: &str) -> String {
    let words = ["apply", "--server-side", "--validate=strict", "-f", "-"];
    finish(&mut plane.kubectl(words), manifests).ok()
}

#[test]
fn every_object_that_can_be_made_is_accepted_strictly() {
    let Some(plane) = ControlPlane::shared() else { return };
    let everything = "--allow-same-namespace --allow-from ingress/app.kubernetes.io/name=nginx:8080,http,53/udp \
        --allow-to db/app=pg:5432,8000-8100 --allow-apiserver 10.0.0.10/32:6443 --allow-apiserver [fd00::1]:6443 \
        --allow-to 10.0.0.0/8:5432 --allow-to [fd00::/64]:5432 --allow-to 0.0.0.0/0:443 --allow-from 203.0.113.7:8080 \
        --allow-webhooks app=webhook:9443,hook --webhook-source 10.0.0.10/32 --bind view=group:g --bind org:x=serviceaccount:ci/y \
        --allow-internet --label team=x --annotation example.com/owner=x --admin-group a --admin-user b --edit-group c \
        --edit-user d --view-group e --view-user f --secrets write \
        --quota count/jobs.batch=5,requests.nvidia.com/gpu=1,services=10,gold.storageclass.storage.k8s.io/requests.storage=5Gi";
    for (name, extra) in [
        ("strict-restricted", "--dns kube-dns,nodelocal,openshift"),
        (
            "strict-baseline",
            "--level baseline --size medium --dns custom --dns-selector dns/app=unbound --dns-port 1053",
        ),
        (
            "strict-privileged",
            "--level privileged --size large --kubernetes-version latest --dns custom --dns-cidr fd00::2/128",
        ),
        ("strict-gke", "--platform gke"),
        ("strict-openshift", "--platform openshift"),
        ("strict-aks", "--platform aks"),
    ] {
        let words = format!("namespace {name} {everything} {extra}");
        let yaml = line(&words).ok();
        let printed = apply(plane, &yaml);
        assert_eq!(printed.lines().count(), yaml.matches("\nkind: ").count(), "{printed}");
        let difference = line_on(plane, &format!("{words} --diff")).ok();
        assert_eq!(difference, "", "a second apply changes nothing");
    }
}

#[test]
fn json_is_accepted_too() {
    let Some(plane) = ControlPlane::shared() else { return };
    let json = line("namespace strict-json -o json").ok();
    assert!(apply(plane, &json).contains("namespace/strict-json serverside-applied"));
}

#[test]
fn privileged_pods_are_rejected_and_restricted_ones_admitted() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "admits", "");
    let rejection = create(plane, "admits", &privileged_pod("bad")).expect_err("rejected");
    assert!(
        rejection
            .contains("violates PodSecurity \"restricted:v1.37\": privileged (container \"app\""),
        "{rejection}"
    );
    create(plane, "admits", &restricted_pod("good")).expect("admitted");
    let pod: Value = serde_json::from_str(
        &plane.kubectl_ok(["get", "pod", "good", "-n", "admits", "-o", "json"]),
    )
    .unwrap();
    let resources = &pod["spec"]["containers"][0]["resources"];
    assert_eq!(resources["requests"]["cpu"], "100m", "the LimitRange fills in requests");
    assert_eq!(resources["limits"]["memory"], "1Gi", "the LimitRange fills in limits");
    assert!(resources["limits"].get("cpu").is_none(), "and none for CPU: {resources}");
    let volumes = pod["spec"]["volumes"].as_array().map_or(0, Vec::len);
    assert_eq!(volumes, 0, "no token is mounted");
}

#[test]
fn a_deployment_that_violates_gets_no_pods() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "deploys", "");
    create(plane, "deploys", &deployment("bad", &privileged_pod("bad")))
        .expect("deployments are only warned about");
    create(plane, "deploys", &deployment("good", &restricted_pod("good"))).expect("admitted");
    eventually("a pod of the good deployment", || {
        let names = plane.kubectl_ok(["get", "pods", "-n", "deploys", "-o", "name"]);
        names.contains("pod/good-").then_some(())
    });
    let message = eventually("the failure of the bad deployment", || {
        let path = "jsonpath={.status.conditions[?(@.type==\"ReplicaFailure\")].message}";
        let message = plane.kubectl_ok(["get", "deployment", "bad", "-n", "deploys", "-o", path]);
        (!message.is_empty()).then_some(message)
    });
    assert!(message.contains("violates PodSecurity"), "{message}");
    assert!(!plane.kubectl_ok(["get", "pods", "-n", "deploys", "-o", "name"]).contains("pod/bad-"));
}

#[test]
fn the_quota_stops_what_is_beyond_it() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "bounded", "--quota pods=1");
    eventually("the quota to be counted", || {
        let used = plane.kubectl_ok([
            "get",
            "resourcequota",
            "quota",
            "-n",
            "bounded",
            "-o",
            "jsonpath={.status.used.pods}",
        ]);
        (used == "0").then_some(())
    });
    create(plane, "bounded", &restricted_pod("first")).expect("admitted");
    let rejection = create(plane, "bounded", &restricted_pod("second")).expect_err("rejected");
    assert!(rejection.contains("exceeded quota: quota"), "{rejection}");

    let service = |kind: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": kind.to_lowercase()},
            "spec": {"type": kind, "ports": [{"port": 80}]},
        })
    };
    create(plane, "bounded", &service("ClusterIP")).expect("inner Services are free");
    for kind in ["NodePort", "LoadBalancer"] {
        let rejection = create(plane, "bounded", &service(kind)).expect_err("rejected");
        assert!(rejection.contains("exceeded quota: quota"), "{kind}: {rejection}");
    }
}

#[test]
fn ordinary_requests_are_admitted_without_limits() {
    let Some(plane) = ControlPlane::shared() else { return };
    for size in ["small", "medium", "large"] {
        let name = format!("sized-{size}");
        namespace(plane, &name, &format!("--size {size}"));
        let mut pod = restricted_pod("ordinary");
        pod["spec"]["containers"][0]["resources"] =
            json!({"requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "1Gi"}});
        create(plane, &name, &pod).expect("admitted");
    }
}

#[test]
fn a_cpu_limit_that_is_asked_for_holds() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "limited", "--quota limits.cpu=2");
    let mut pod = restricted_pod("greedy");
    pod["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "3"}});
    let rejection = create(plane, "limited", &pod).expect_err("rejected");
    assert!(rejection.contains("exceeded quota: quota"), "{rejection}");
    create(plane, "limited", &restricted_pod("modest")).expect("the LimitRange gives it a limit");
}

#[test]
fn what_output_dir_writes_is_what_kubectl_takes() {
    let Some(plane) = ControlPlane::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    line_on(plane, &format!("namespace from-folder --allow-internet --output-dir {path}")).ok();
    let printed = plane.kubectl_ok(["apply", "--server-side", "--validate=strict", "-k", path]);
    assert!(
        printed.contains("networkpolicy.networking.k8s.io/allow-internet serverside-applied"),
        "{printed}"
    );
}
