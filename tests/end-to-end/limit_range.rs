//! The API server rejects the pods that `limit-range-rejects-pod` is about, and no others.

use harness::ControlPlane;

use crate::harden::{command, finish};

const LIMITS: [&str; 8] = [
    "{type: Container, default: {cpu: 200m}}",
    "{type: Container, max: {cpu: 1}}",
    "{type: Container, min: {cpu: 150m}, default: {cpu: 500m}}",
    "{type: Container, defaultRequest: {cpu: 100m}, default: {cpu: 400m}, maxLimitRequestRatio: {cpu: 3}}",
    "{type: Container, maxLimitRequestRatio: {cpu: 1500m}}",
    "{type: Pod, max: {cpu: 1}}",
    "{type: Pod, min: {cpu: 400m}, maxLimitRequestRatio: {cpu: 2}}",
    "{type: Container, default: {cpu: 600m}}, {type: Pod, max: {cpu: 1}}",
];

const PODS: [&str; 9] = [
    "containers: [{name: a, image: i}]",
    "containers: [{name: a, image: i, resources: {requests: {cpu: 500m}}}]",
    "containers: [{name: a, image: i, resources: {limits: {cpu: 0.3}}}]",
    "containers: [{name: a, image: i, resources: {requests: {cpu: 200m}, limits: {cpu: 2}}}]",
    "containers: [{name: a, image: i, resources: {requests: {cpu: 0}, limits: {cpu: 100m}}}]",
    "containers: [{name: a, image: i, resources: {limits: {cpu: 600m}}}, {name: b, image: i}]",
    "initContainers: [{name: s, image: i, resources: {limits: {cpu: 600m}}}], \
     containers: [{name: a, image: i, resources: {limits: {cpu: 600m}}}]",
    "initContainers: [{name: s, image: i, restartPolicy: Always, resources: {limits: {cpu: 600m}}}], \
     containers: [{name: a, image: i, resources: {limits: {cpu: 600m}}}]",
    "resources: {limits: {cpu: 1}}, containers: [{name: a, image: i, resources: {requests: {cpu: 100m}}}]",
];

#[test]
fn pods_are_rejected_as_the_rule_says() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut verdicts = [0; 2];
    for (number, limit) in LIMITS.iter().enumerate() {
        let name = format!("limit-range-{number}");
        let limits = format!(
            "{{apiVersion: v1, kind: LimitRange, metadata: {{name: a, namespace: {name}}}, spec: {{limits: [{limit}]}}}}"
        );
        plane.apply(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n---\n{limits}\n"
        ));
        let account = ["wait", "--for=create", "serviceaccount/default", "--timeout=180s", "-n"];
        plane.kubectl_ok(account.into_iter().chain([&*name]));
        for (number, spec) in PODS.iter().enumerate() {
            let pod = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p{number}, namespace: {name}}}, spec: {{{spec}}}}}"
            );
            let answer = plane.try_apply(&pod);
            let text = format!("{limits}\n---\n{pod}\n");
            let found = finish(command().args(["check", "-f", "-"]), &text).stdout;
            let is_found = found.contains("[limit-range-rejects-pod]");
            let words = String::from_utf8_lossy(&answer.stderr);
            assert_eq!(is_found, !answer.status.success(), "{text}{words}{found}");
            verdicts[usize::from(is_found)] += 1;
        }
    }
    assert!(verdicts.iter().all(|it| *it > 15), "{verdicts:?}");
}
