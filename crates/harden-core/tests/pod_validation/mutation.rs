//! Pods that somebody made a mistake in: aimed at a check, or at random.

use serde_json::{Value, json};

use crate::random_pods::Random;

/// Texts that are good in some fields and bad in others.
const TEXTS: &[&str] = &[
    "",
    "a",
    "web",
    "UPPER",
    "a.b",
    "a_b",
    "-a",
    "a-",
    "../a",
    "a/../b",
    "..a",
    "/a",
    "8080",
    "http",
    "a b",
    "a=b",
    "\u{e9}",
    "None",
    "Exists",
    "In",
    "Always",
    "Never",
    "Localhost",
    "RuntimeDefault",
    "Unconfined",
    "1",
    "500m",
    "2Gi",
    "3Mi",
    "127.0.0.1",
    "010.0.0.1",
    "::ffff:1.2.3.4",
    "metadata.name",
    "metadata.labels",
    "metadata.labels['a b']",
    "metadata.annotations['Upper']",
    "spec.nodeName",
    "spec.host",
    "status.phase",
    "limits.memory",
    "requests.hugepages-2Mi",
    "kernel.sem",
    "net.x",
    "example.com/a",
    "Example.com/a",
    "NoExecute",
    "DoNotSchedule",
    "ScheduleAnyway",
    "windows",
    "linux",
    "data",
    "claim",
    "app",
    "first",
    "CAP_SYS_ADMIN",
    "RestartContainer",
    "Bidirectional",
];

const NUMBERS: &[i64] = &[-1, 0, 1, 2, 10, 80, 81, 1000, 8080, 8443, 9090, 65_535, 65_536, 1 << 40];

/// What to add somewhere: where, and what, as JSON.
const AIMED: &[(&str, &str)] = &[
    ("/spec/containers/-", r#"{"name": "app", "image": "i"}"#),
    ("/spec/containers/-", r#"{"name": "first", "image": "i"}"#),
    ("/spec/containers/-", r#"{"name": "third", "image": "i", "ports": [{"containerPort": 80}]}"#),
    ("/spec/containers/0/ports/-", r#"{"containerPort": 1, "name": "http"}"#),
    ("/spec/containers/0/ports/-", r#"{"containerPort": 1, "name": "UPPER"}"#),
    ("/spec/containers/0/ports/-", r#"{"containerPort": 1, "name": "far-too-long-name"}"#),
    ("/spec/containers/0/ports/-", r#"{"containerPort": 1, "hostPort": 8443}"#),
    (
        "/spec/containers/0/ports/-",
        r#"{"containerPort": 1, "hostPort": 8443, "hostIP": "10.0.0.1"}"#,
    ),
    ("/spec/containers/0/ports/-", r#"{"containerPort": 1, "hostPort": 8443, "protocol": "UDP"}"#),
    ("/spec/containers/0/volumeMounts/-", r#"{"name": "absent", "mountPath": "/absent"}"#),
    ("/spec/containers/0/volumeMounts/-", r#"{"name": "nothing", "mountPath": "/data"}"#),
    ("/spec/containers/0/volumeMounts/-", r#"{"name": "nothing", "mountPath": "nothing"}"#),
    (
        "/spec/containers/0/volumeMounts/-",
        r#"{"name": "nothing", "mountPath": "/x", "recursiveReadOnly": "Enabled"}"#,
    ),
    ("/spec/containers/1/volumeDevices/-", r#"{"name": "data", "devicePath": "/dev/b"}"#),
    ("/spec/containers/1/volumeDevices/-", r#"{"name": "own", "devicePath": "/dev/b"}"#),
    ("/spec/containers/1/volumeMounts", r#"[{"name": "block", "mountPath": "/dev/b"}]"#),
    ("/spec/containers/0/env/-", r#"{"name": "PLAIN", "value": "twice"}"#),
    ("/spec/containers/0/env/-", r#"{"name": "E", "valueFrom": {}}"#),
    (
        "/spec/containers/0/env/-",
        r#"{"name": "E", "value": "", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}"#,
    ),
    (
        "/spec/containers/0/env/-",
        r#"{"name": "E", "valueFrom": {"fileKeyRef": {"volumeName": "data", "path": "a", "key": "b"}}}"#,
    ),
    (
        "/spec/containers/0/env/-",
        r#"{"name": "E", "valueFrom": {"fileKeyRef": {"volumeName": "nothing", "path": "a", "key": "b"}}}"#,
    ),
    (
        "/spec/containers/0/env/-",
        r#"{"name": "E", "valueFrom": {"fileKeyRef": {"volumeName": "host", "path": "a", "key": "b"}}}"#,
    ),
    (
        "/spec/containers/0/env/-",
        r#"{"name": "E", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}, "secretKeyRef": {"name": "a", "key": "b"}}}"#,
    ),
    ("/spec/containers/0/envFrom/-", "{}"),
    (
        "/spec/containers/0/envFrom/-",
        r#"{"secretRef": {"name": "a"}, "configMapRef": {"name": "b"}}"#,
    ),
    ("/spec/containers/0/env/0/valueFrom", r#"{"fieldRef": {"fieldPath": "status.podIP"}}"#),
    ("/spec/containers/0/resources/requests/cpu", r#""1""#),
    ("/spec/containers/0/resources/requests/cpu", "0.5000001"),
    ("/spec/containers/0/resources/requests/memory", r#""129Mi""#),
    ("/spec/containers/0/resources/requests/example.com~1gpu", r#""2""#),
    ("/spec/containers/0/resources/requests/example.com~1gpu", r#""500m""#),
    ("/spec/containers/0/resources/requests/example.com~1other", r#""1""#),
    ("/spec/containers/0/resources/limits/example.com~1other", r#""1""#),
    ("/spec/containers/0/resources/requests/gpu", r#""1""#),
    ("/spec/containers/0/resources/requests/storage", r#""1""#),
    ("/spec/containers/0/resources/limits/kubernetes.io~1thing", r#""1""#),
    ("/spec/containers/0/resources/limits/requests.example.com~1a", r#""1""#),
    ("/spec/containers/0/resources/limits/hugepages-2Mi", r#""3Mi""#),
    ("/spec/containers/0/resources/limits/hugepages-x", r#""3Mi""#),
    ("/spec/containers/1/resources", r#"{"limits": {"hugepages-2Mi": "2Mi"}}"#),
    ("/spec/containers/0/resources/claims", r#"[{"name": "absent"}]"#),
    ("/spec/containers/0/resources/claims", r#"[{"name": "gpu"}, {"name": "gpu"}]"#),
    ("/spec/containers/0/livenessProbe/tcpSocket", r#"{"port": 1}"#),
    ("/spec/containers/0/livenessProbe", "{}"),
    ("/spec/containers/0/livenessProbe/successThreshold", "2"),
    ("/spec/containers/0/livenessProbe/httpGet/port", r#""8080""#),
    ("/spec/containers/0/readinessProbe/terminationGracePeriodSeconds", "5"),
    ("/spec/containers/0/lifecycle/preStop", r#"{"sleep": {"seconds": 21}}"#),
    ("/spec/containers/0/lifecycle/preStop", "{}"),
    ("/spec/initContainers/0/livenessProbe", r#"{"tcpSocket": {"port": 1}}"#),
    ("/spec/initContainers/0/lifecycle", "{}"),
    ("/spec/initContainers/0/restartPolicy", r#""Always""#),
    ("/spec/initContainers/1/lifecycle", r#"{"preStop": {}}"#),
    ("/spec/containers/0/securityContext/privileged", "true"),
    ("/spec/containers/0/securityContext/procMount", r#""Unmasked""#),
    ("/spec/containers/0/securityContext/capabilities/add/-", r#""CAP_SYS_ADMIN""#),
    ("/spec/containers/0/securityContext/windowsOptions", "{}"),
    ("/spec/containers/0/securityContext/windowsOptions", r#"{"hostProcess": true}"#),
    ("/spec/containers/0/securityContext/runAsUser", "7"),
    ("/spec/containers/0/securityContext/appArmorProfile", r#"{"type": "Localhost"}"#),
    ("/spec/containers/0/securityContext/appArmorProfile", r#"{"type": "Unconfined"}"#),
    ("/spec/securityContext/seccompProfile/localhostProfile", r#""a""#),
    ("/spec/securityContext/sysctls/-", r#"{"name": "kernel.sem", "value": "1"}"#),
    ("/spec/securityContext/sysctls/-", r#"{"name": "net.core.somaxconn", "value": "1"}"#),
    ("/spec/securityContext/seLinuxOptions", "{}"),
    ("/spec/securityContext", r#"{"sysctls": [{"name": "net.a", "value": "1"}]}"#),
    ("/spec/securityContext/windowsOptions", r#"{"hostProcess": false}"#),
    ("/spec/hostNetwork", "true"),
    ("/spec/hostIPC", "true"),
    ("/spec/hostPID", "true"),
    ("/spec/hostUsers", "false"),
    ("/spec/hostUsers", "true"),
    ("/spec/shareProcessNamespace", "true"),
    ("/spec/os", r#"{"name": "windows"}"#),
    ("/spec/os", r#"{"name": "linux"}"#),
    ("/spec/nodeName", r#""node""#),
    ("/spec/hostnameOverride", r#""a.b""#),
    ("/spec/setHostnameAsFQDN", "true"),
    ("/spec/dnsPolicy", r#""None""#),
    ("/spec/dnsConfig", "null"),
    ("/spec/dnsConfig/nameservers", r#"["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"]"#),
    ("/spec/ephemeralContainers", r#"[{"name": "debug", "image": "i"}]"#),
    ("/spec/volumes/-", r#"{"name": "data"}"#),
    ("/spec/volumes/-", r#"{"name": "both", "emptyDir": {}, "hostPath": {"path": "/"}}"#),
    ("/spec/volumes/-", r#"{"name": "again", "persistentVolumeClaim": {"claimName": "web-own"}}"#),
    ("/spec/volumes/2/hostPath/path", r#""/var/../etc""#),
    ("/spec/volumes/2/hostPath/path", r#""/var/..log""#),
    ("/spec/volumes/5/configMap/items/0/path", r#""../a""#),
    (
        "/spec/volumes/7/downwardAPI/items/0/resourceFieldRef",
        r#"{"containerName": "app", "resource": "limits.cpu"}"#,
    ),
    ("/spec/volumes/7/downwardAPI/items/-", r#"{"path": "x"}"#),
    (
        "/spec/volumes/7/downwardAPI/items/-",
        r#"{"path": "x", "resourceFieldRef": {"resource": "limits.cpu"}}"#,
    ),
    (
        "/spec/volumes/7/downwardAPI/items/-",
        r#"{"path": "x", "fieldRef": {"fieldPath": "spec.nodeName"}}"#,
    ),
    (
        "/spec/volumes/11/projected/sources/-",
        r#"{"secret": {"name": "a"}, "configMap": {"name": "a"}}"#,
    ),
    (
        "/spec/volumes/11/projected/sources/-",
        r#"{"secret": {"name": "a", "items": [{"key": "a", "path": "ca.crt"}]}}"#,
    ),
    ("/spec/volumes/11/projected/sources/-", r#"{"clusterTrustBundle": {"path": "x"}}"#),
    (
        "/spec/volumes/11/projected/sources/-",
        r#"{"clusterTrustBundle": {"path": "x", "name": "a", "signerName": "b.c/d"}}"#,
    ),
    ("/spec/tolerations/-", r#"{"key": "", "operator": "Equal"}"#),
    ("/spec/tolerations/-", r#"{"key": "a", "operator": "Exists", "value": "b"}"#),
    ("/spec/tolerations/-", r#"{"key": "a", "value": "b c"}"#),
    ("/spec/tolerations/-", r#"{"key": "a", "tolerationSeconds": 1}"#),
    ("/spec/tolerations/-", "{}"),
    (
        "/spec/topologySpreadConstraints/-",
        r#"{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}"#,
    ),
    (
        "/spec/topologySpreadConstraints/-",
        r#"{"maxSkew": 2, "minDomains": 2, "topologyKey": "b", "whenUnsatisfiable": "ScheduleAnyway"}"#,
    ),
    (
        "/spec/topologySpreadConstraints/-",
        r#"{"maxSkew": 2, "matchLabelKeys": ["a"], "topologyKey": "b", "whenUnsatisfiable": "ScheduleAnyway"}"#,
    ),
    ("/spec/resourceClaims/-", r#"{"name": "gpu", "resourceClaimName": "a"}"#),
    (
        "/spec/resourceClaims/-",
        r#"{"name": "b", "resourceClaimName": "a", "resourceClaimTemplateName": "b"}"#,
    ),
    ("/spec/resourceClaims/-", r#"{"name": "b"}"#),
    ("/spec/schedulingGates/-", r#"{"name": "example.com/wait"}"#),
    ("/spec/resources/requests/cpu", r#""100m""#),
    ("/spec/resources/limits/memory", r#""256Mi""#),
    ("/spec/resources/limits/example.com~1gpu", r#""1""#),
    ("/spec/resources", r#"{"requests": {"memory": "1Gi"}, "limits": {"memory": "512Mi"}}"#),
    ("/metadata/labels/a b", r#""c""#),
    ("/metadata/labels/a", r#""b c""#),
    ("/metadata/annotations/A.b~1c", r#""anything""#),
    ("/metadata/annotations/a~1b~1c", r#""anything""#),
    (
        "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1absent",
        r#""unconfined""#,
    ),
    (
        "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app",
        r#""unconfined""#,
    ),
    ("/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod", r#""unconfined""#),
    ("/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod", r#""docker/default""#),
    ("/metadata/annotations/controller.kubernetes.io~1pod-deletion-cost", r#""+5""#),
    ("/metadata/name", r#""Upper""#),
    ("/metadata/generateName", r#""upper_""#),
    ("/metadata/namespace", r#""a.b""#),
];

/// A copy with one to three mistakes.
pub(crate) fn mutate(base: &Value, random: &mut Random) -> Value {
    let mut pod = base.clone();
    for _ in 0..=random.below(3) {
        if random.chance(50) {
            aimed(&mut pod, random);
        } else {
            anywhere(&mut pod, random);
        }
    }
    pod
}

fn aimed(pod: &mut Value, random: &mut Random) {
    let (at, value) = *random.pick(AIMED);
    let value: Value = serde_json::from_str(value).unwrap();
    let (above, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match pod.pointer_mut(above) {
        Some(Value::Array(items)) if key == "-" => items.push(value),
        Some(Value::Object(entries)) => {
            entries.insert(key, value);
        }
        _ => {}
    }
}

/// Another value of the same type, nothing, or the value twice.
fn anywhere(pod: &mut Value, random: &mut Random) {
    let mut all = Vec::new();
    collect(pod, "", &mut all);
    let at = random.pick(&all).clone();
    if random.chance(15) {
        let (above, key) = at.rsplit_once('/').unwrap();
        match pod.pointer_mut(above) {
            Some(Value::Object(entries)) => drop(entries.shift_remove(&key.replace("~1", "/"))),
            Some(Value::Array(items)) => {
                let index: usize = key.parse().unwrap();
                if random.chance(50) {
                    items.remove(index);
                } else {
                    items.push(items[index].clone());
                }
            }
            _ => {}
        }
        return;
    }
    let value = pod.pointer_mut(&at).unwrap();
    *value = match &*value {
        Value::String(_) => json!(random.pick(TEXTS)),
        Value::Number(_) => json!(random.pick(NUMBERS)),
        Value::Bool(is) => json!(!is),
        _ => return,
    };
}

fn collect(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        if !matches!(at.as_str(), "/apiVersion" | "/kind" | "/metadata") {
            all.push(at.clone());
        }
        collect(value, &at, all);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| below(&i.to_string(), item));
        }
        _ => {}
    }
}
