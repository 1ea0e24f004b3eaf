//! Probes at ports that their containers do not have.

use harden_yaml::Place;

use super::containers::{is_complete, keeps_running};
use crate::pod_security::Container;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-probe-port",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "a probe asks a port by a name that its container does not have",
    why: "The kubelet looks the name up among the ports of the same container. Where it is not there \
          every probe fails: the pod never gets ready, or is restarted again and again.",
    remedy: "give a port of the container this name, or ask the port by its number",
    breaks: "",
    mend: Mend::ByHand("which port the probe is to ask"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port",
    )],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    ports:
    - name: web
      containerPort: 8080
    livenessProbe:
      httpGet:
        path: /live
        port: http
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    ports:
    - name: http
      containerPort: 8080
    livenessProbe:
      httpGet:
        path: /live
        port: http
",
};

/// Where a container names a port that the kubelet is to ask. A port by number needs no entry in `ports`.
const ASKED: [&str; 10] = [
    "livenessProbe.httpGet.port",
    "livenessProbe.tcpSocket.port",
    "readinessProbe.httpGet.port",
    "readinessProbe.tcpSocket.port",
    "startupProbe.httpGet.port",
    "startupProbe.tcpSocket.port",
    "lifecycle.postStart.httpGet.port",
    "lifecycle.postStart.tcpSocket.port",
    "lifecycle.preStop.httpGet.port",
    "lifecycle.preStop.tcpSocket.port",
];

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if workload.is_patch() {
        return;
    }
    let asking = workload.containers().iter().filter(|it| is_complete(it) && keeps_running(it));
    let missing = asking.flat_map(|it| {
        let ports = ASKED.into_iter().map(|path| it.place().follow(path));
        ports.filter(|port| is_missing(it, *port)).map(move |port| (it, port, None))
    });
    reporter
        .flag_containers("a probe asks a port by a name that the container does not have", missing);
}

/// The kubelet takes a name that no port has for a number where it is one.
fn is_missing(container: &Container<'_>, port: Place<'_>) -> bool {
    let Some(name) = port.as_str().filter(|it| it.parse::<u16>().is_err()) else { return false };
    let mut ports = container.place().at("ports").items();
    !ports.any(|it| it.at("name").as_str() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(kind: &str, container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{kind}: [{{name: app, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn a_name_must_be_that_of_a_port_of_the_same_container() {
        let probe = "image: a, livenessProbe: {tcpSocket: {port: http}}";
        let message =
            "container `app`: a probe asks a port by a name that the container does not have";
        assert_eq!(says("containers", probe), [message]);
        let with = |ports: &str| says("containers", &format!("{probe}, ports: [{ports}]")).len();
        assert_eq!(with("{name: http, containerPort: 80}"), 0);
        assert_eq!(with("{name: HTTP, containerPort: 80}"), 1);
        assert_eq!(with("{containerPort: 80}"), 1);
    }

    #[test]
    fn numbers_need_no_port() {
        for port in ["8080", "'8080'", "null", "[]"] {
            let probe = format!("image: a, startupProbe: {{httpGet: {{port: {port}}}}}");
            assert!(says("containers", &probe).is_empty(), "{port}");
        }
    }

    #[test]
    fn what_is_no_whole_container_or_ends_is_not_judged() {
        let probe = "readinessProbe: {httpGet: {port: http}}";
        assert!(says("containers", probe).is_empty());
        let whole = format!("image: a, {probe}");
        assert!(says("initContainers", &whole).is_empty());
        assert_eq!(says("initContainers", &format!("{whole}, restartPolicy: Always")).len(), 1);
    }
}
