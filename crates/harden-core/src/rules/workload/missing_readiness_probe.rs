//! Servers that get traffic before they can answer it.

use super::containers::{is_complete, keeps_running};
use crate::pod_security::Container;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-readiness-probe",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "nothing tells when the containers can answer requests",
    why: "Without a readiness probe a pod counts as ready once its processes run. Services send it \
          requests while it is still starting, and a rollout replaces the last good pod by one \
          that answers nothing. A missing liveness probe is not reported: one that is too strict \
          restarts a busy server in the middle of its work, which is worse than none.",
    remedy: "add a readinessProbe that asks what clients ask",
    breaks: "A probe that fails takes the pod out of its Services; let it ask only for what the \
          pod itself must be able to do.",
    mend: Mend::ByHand("what tells that the program can answer"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    )],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
        ports:
        - containerPort: 8080
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
        ports:
        - containerPort: 8080
        readinessProbe:
          httpGet:
            path: /ready
            port: 8080
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !is_server(workload.object.group, workload.object.kind) {
        return;
    }
    let running = || workload.containers().iter().filter(|it| keeps_running(it));
    // One probe decides for the whole pod.
    if running().any(|it| it.place().at("readinessProbe").exists()) {
        return;
    }
    let serving = running().filter(|it| is_complete(it) && serves(it));
    reporter.flag_containers(
        "no readiness probe",
        serving.map(|it| (it, it.place().at("readinessProbe"), None)),
    );
}

/// Whether objects of this kind keep pods that serve, and whose readiness somebody waits for.
fn is_server(group: &str, kind: &str) -> bool {
    const SERVERS: [&str; 6] =
        ["Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet", "CloneSet"];
    SERVERS.contains(&kind)
        && matches!(group, "" | "apps" | "extensions" | "argoproj.io" | "apps.kruise.io")
}

/// Whether a container has a port that is not for being watched only.
fn serves(container: &Container<'_>) -> bool {
    let mut ports = container.place().at("ports").items();
    ports.any(|it| !it.at("name").as_str().is_some_and(|name| name.contains("metrics")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    fn says(kind: &str, containers: &str) -> usize {
        let text = format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web}}, spec: {{template: {{spec: \
             {{containers: [{containers}]}}}}}}}}"
        );
        messages(&RULE, &text).len()
    }

    const SERVER: &str = "{name: a, image: a, ports: [{containerPort: 80}]}";

    #[test]
    fn one_probe_is_enough_for_a_pod() {
        assert_eq!(says("Deployment", SERVER), 1);
        let probed = "{name: b, image: b, readinessProbe: {exec: {command: [true]}}}";
        assert_eq!(says("Deployment", &format!("{SERVER}, {probed}")), 0);
    }

    #[test]
    fn what_serves_nobody_needs_no_probe() {
        assert_eq!(says("Deployment", "{name: a, image: a}"), 0);
        assert_eq!(
            says(
                "Deployment",
                "{name: a, image: a, ports: [{name: http-metrics, containerPort: 80}]}"
            ),
            0
        );
        assert_eq!(says("DaemonSet", SERVER), 0);
        assert_eq!(says("StatefulSet", SERVER), 1);
    }
}
