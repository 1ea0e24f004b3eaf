//! The API server rejects the pods that `quota-rejects-pod` is about, and no others.

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

#[test]
fn pods_are_rejected_as_the_rule_says() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut verdicts = [0; 2];
    for (number, quota) in QUOTAS.iter().enumerate() {
        let name = format!("quota-{number}");
        let quota = format!(
            "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: a, namespace: {name}}}, spec: {{{quota}}}}}"
        );
        plane.apply(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n---\n{quota}\n"
        ));
        let wait = |what: &[&str]| {
            plane.kubectl_ok(["wait", "--timeout=20s", "-n", &*name].iter().chain(what));
        };
        wait(&["--for=create", "serviceaccount/default"]);
        wait(&["--for=jsonpath={.status.used}", "resourcequota/a"]);
        for (number, spec) in PODS.iter().enumerate() {
            let pod = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p{number}, namespace: {name}}}, spec: {{{spec}}}}}"
            );
            // Nothing is made, so that nothing is used up.
            let file = std::env::temp_dir().join(format!("quota-{}.yaml", std::process::id()));
            std::fs::write(&file, &pod).unwrap();
            let path = file.display().to_string();
            let asked = ["create", "--dry-run=server", "-f", path.as_str()];
            let answer = plane.kubectl(asked).output().unwrap();
            std::fs::remove_file(&file).unwrap();
            let text = format!("{quota}\n---\n{pod}\n");
            let found = finish(command().args(["check", "-f", "-"]), &text).stdout;
            let is_found = found.contains("[quota-rejects-pod]");
            let words = String::from_utf8_lossy(&answer.stderr);
            assert_eq!(is_found, !answer.status.success(), "{text}{words}{found}");
            verdicts[usize::from(is_found)] += 1;
        }
    }
    assert!(verdicts.iter().all(|it| *it > 15), "{verdicts:?}");
}
