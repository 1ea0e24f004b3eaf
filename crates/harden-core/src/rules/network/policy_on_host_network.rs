//! Pods that policies do not reach.

use crate::inventory::PodSummary;
use crate::network;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload, World};

pub(super) static RULE: Rule = Rule {
    id: "policy-on-host-network",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a NetworkPolicy selects pods in the network of the host, where it does not hold",
    why: "Pods with hostNetwork use the addresses of their node, and network plugins do not \
          filter them: the policy that names them gives a protection that is not there.",
    remedy: "take the pods out of the network of the host, or protect their ports on the node",
    breaks: "Programs that need the interfaces of the node cannot leave its network.",
    mend: Mend::ByHand("whether the pods can leave the network of the host"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-hostnetwork-pods",
        ),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::Held { report, confirm },
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  ingress:
  - ports:
    - port: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      hostNetwork: true
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  ingress:
  - ports:
    - port: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
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
",
};

fn report<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if workload.at("hostNetwork").as_bool() == Some(true) {
        reporter.flag(workload.grip(), "", None);
    }
}

fn confirm(world: &World<'_>, pod: &PodSummary) -> Option<String> {
    let policy = world.network().naming(&pod.object.namespace, &pod.labels)?;
    Some(format!(
        "NetworkPolicy `{}` selects these pods, but they are in the network of the host, where it does not hold",
        policy.name
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(selector: &str, namespace: &str, host_network: &str) -> usize {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: \
             team}}, spec: {{podSelector: {selector}}}}}\n---\n{{apiVersion: v1, kind: Pod, metadata: \
             {{name: p, namespace: {namespace}, labels: {{app: web}}}}, spec: {{hostNetwork: \
             {host_network}, containers: []}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn only_a_policy_that_names_the_pods_claims_to_protect_them() {
        assert_eq!(count("{matchLabels: {app: web}}", "team", "true"), 1);
        assert_eq!(count("{}", "team", "true"), 0);
        assert_eq!(count("{matchLabels: {app: db}}", "team", "true"), 0);
        assert_eq!(count("{matchLabels: {app: web}}", "other", "true"), 0);
        assert_eq!(count("{matchLabels: {app: web}}", "team", "false"), 0);
    }
}
