//! The API server rejects what `quota-rejects-pod` and `quota-rejects-object` are about, and nothing else.

use harness::ControlPlane;

use crate::harden::{command, finish};

const QUOTAS: [&str; 9] = [
    "hard: {limits.cpu: 4, limits.memory: 4Gi}",
    "hard: {cpu: 1, pods: 9}",
    "hard: {requests.memory: 512Mi, requests.ephemeral-storage: 1Gi}",
    "hard: {count/pods: 0}",
    "hard: {requests.example.com/gpu: 1, services: 0, count/jobs.batch: 0}",
    "hard: {requests.cpu: 200m}, scopes: [NotBestEffort]",
    "hard: {pods: 0}, scopes: [BestEffort]",
    "hard: {limits.cpu: 1}, scopes: [Terminating]",
    "hard: {pods: 0}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, \
     values: [system-node-critical]}]}",
];

const PODS: [&str; 8] = [
    "containers: [{name: a, image: i}]",
    "containers: [{name: a, image: i, resources: {requests: {cpu: 500m}}}]",
    "containers: [{name: a, image: i, resources: {limits: {cpu: 1, memory: 300Mi}}}]",
    "initContainers: [{name: s, image: i, restartPolicy: Always, resources: {limits: {cpu: 1, memory: 300Mi}}}], \
     containers: [{name: a, image: i, resources: {limits: {cpu: 600m, memory: 300Mi}}}]",
    "initContainers: [{name: s, image: i}], \
     containers: [{name: a, image: i, resources: {limits: {cpu: 600m, memory: 300Mi}}}]",
    "resources: {limits: {cpu: 1, memory: 1Gi}}, containers: [{name: a, image: i}]",
    "activeDeadlineSeconds: 60, containers: [{name: a, image: i, resources: {requests: {cpu: 100m}}}]",
    "containers: [{name: a, image: i, resources: {limits: {example.com/gpu: 2, ephemeral-storage: 2Gi}}}]",
];

const OBJECT_QUOTAS: [&str; 5] = [
    "services.loadbalancers: 0, count/configmaps: 0",
    "services.nodeports: 1, services: 9",
    "count/services: 0",
    "requests.storage: 5Gi, persistentvolumeclaims: 1",
    "fast.storageclass.storage.k8s.io/requests.storage: 5Gi, slow.storageclass.storage.k8s.io/requests.storage: 0",
];

const OBJECTS: [(&str, &str); 8] = [
    ("Service", "ports: [{port: 80}]"),
    ("Service", "type: NodePort, ports: [{name: a, port: 80}]"),
    ("Service", "type: LoadBalancer, ports: [{name: a, port: 80}, {name: b, port: 81}]"),
    (
        "Service",
        "type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{name: a, port: 80}, {name: b, port: 81}]",
    ),
    ("Service", "type: ExternalName, externalName: example.com"),
    (
        "PersistentVolumeClaim",
        "accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}",
    ),
    (
        "PersistentVolumeClaim",
        "accessModes: [ReadWriteOnce], resources: {requests: {storage: 6Gi}}",
    ),
    (
        "PersistentVolumeClaim",
        "accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 6Gi}}",
    ),
];

#[test]
fn pods_are_rejected_as_the_rule_says() {
    let pods: Vec<_> = PODS.iter().map(|it| ("Pod", *it)).collect();
    assert_verdicts("pods", &QUOTAS, &pods, "quota-rejects-pod");
}

#[test]
fn services_and_claims_are_rejected_as_the_rule_says() {
    let quotas = OBJECT_QUOTAS.map(|it| format!("hard: {{{it}}}"));
    let quotas: Vec<_> = quotas.iter().map(String::as_str).collect();
    assert_verdicts("objects", &quotas, &OBJECTS, "quota-rejects-object");
}

/// Asserts that the API server rejects those of the objects that the rule is about, beside each of the quotas.
fn assert_verdicts(word: &str, quotas: &[&str], objects: &[(&str, &str)], rule: &str) {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut verdicts = [0; 2];
    for (number, quota) in quotas.iter().enumerate() {
        let name = format!("quota-{word}-{number}");
        let quota = format!(
            "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: a, namespace: {name}}}, spec: {{{quota}}}}}"
        );
        plane.apply(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n---\n{quota}\n"
        ));
        let wait = |what: &[&str]| {
            plane.kubectl_ok(["wait", "--timeout=180s", "-n", &*name].iter().chain(what));
        };
        wait(&["--for=create", "serviceaccount/default"]);
        wait(&["--for=jsonpath={.status.used}", "resourcequota/a"]);
        for (number, (kind, spec)) in objects.iter().enumerate() {
            let object = format!(
                "{{apiVersion: v1, kind: {kind}, metadata: {{name: o{number}, namespace: {name}}}, spec: {{{spec}}}}}"
            );
            // Nothing is made, so that nothing is used up.
            let file =
                std::env::temp_dir().join(format!("quota-{word}-{}.yaml", std::process::id()));
            std::fs::write(&file, &object).unwrap();
            let path = file.display().to_string();
            let asked = ["create", "--dry-run=server", "-f", path.as_str()];
            let answer = plane.kubectl(asked).output().unwrap();
            std::fs::remove_file(&file).unwrap();
            let text = format!("{quota}\n---\n{object}\n");
            let found = finish(command().args(["check", "-f", "-"]), &text).stdout;
            let is_found = found.contains(&format!("[{rule}]"));
            let words = String::from_utf8_lossy(&answer.stderr);
            assert_eq!(is_found, !answer.status.success(), "{text}{words}{found}");
            verdicts[usize::from(is_found)] += 1;
        }
    }
    assert!(verdicts.iter().all(|it| *it > 8), "{verdicts:?}");
}
