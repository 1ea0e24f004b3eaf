//! Probes and lifecycle hooks that go to another host than the pod.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "probe-host",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "a probe or lifecycle hook names a host to ask instead of the pod",
    why: "The kubelet sends these requests, from the node and past every NetworkPolicy. With a \
          host of their choice, those who may write a pod make it ask the node's loopback, the \
          cloud's metadata service or other pods, and learn from the probe's result what answered.",
    remedy: "remove host, so that the kubelet asks the pod's own address",
    breaks: "A program that listens on loopback alone does not answer at the pod's address; let it \
          listen there, or probe it with exec.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("hostProbesAndHostLifecycle"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/pod-security-standards/"),
    ],
    reads: &[],
    check: Check::PodSecurity("hostProbesAndHostLifecycle"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    livenessProbe:
      httpGet:
        host: 169.254.169.254
        path: /healthz
        port: 80
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
    livenessProbe:
      httpGet:
        path: /healthz
        port: 80
",
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(pod: &str, host: &str, status: &str) -> usize {
        let probe = format!("livenessProbe: {{httpGet: {{port: 80, host: {host}}}}}");
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{pod} containers: [{{name: a, \
             image: b, {probe}}}]}}, status: {{{status}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn a_pod_in_the_network_of_its_node_may_be_asked_there() {
        let host = "hostNetwork: true,";
        assert_eq!([says("", "127.0.0.1", ""), says(host, "127.0.0.1", "")], [1, 0]);
        assert_eq!(
            [says("", "'::1'", ""), says(host, "'::1'", ""), says(host, "localhost", "")],
            [1, 0, 0]
        );
        assert_eq!(
            [says(host, "10.0.0.7", ""), says(host, "10.0.0.7", "hostIP: 10.0.0.7")],
            [1, 0]
        );
        assert_eq!(
            [says(host, "169.254.169.254", ""), says("hostNetwork: false,", "localhost", "")],
            [1, 1]
        );
    }
}
