//! Policies that let pods ask DNS, but not the cache of it on their node.

use std::collections::BTreeSet;

use harden_yaml::Action;
use serde_json::json;

use super::policies;
use crate::inventory::PodSummary;
use crate::kubernetes::Protocol;
use crate::network::{self, Direction, Port, TrafficRule};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::{folder, is_one_tree};

pub(super) static RULE: Rule = Rule {
    id: "node-local-dns-left-out",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy lets pods ask the DNS pods, but not NodeLocal DNSCache, which they ask first",
    why: "Where NodeLocal DNSCache runs, pods ask it on a link-local address of their node. It is in the \
          network of the host, where no selector finds it, so that only a range of addresses lets pods \
          ask it.",
    remedy: "add an ipBlock with the address of the cache, 169.254.20.10/32 in most clusters, to the rule",
    breaks: "",
    mend: Mend::Safe,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-local-dns
  namespace: kube-system
spec:
  selector:
    matchLabels:
      k8s-app: node-local-dns
  template:
    metadata:
      labels:
        k8s-app: node-local-dns
    spec:
      hostNetwork: true
      containers:
      - name: node-cache
        image: registry.k8s.io/dns/k8s-dns-node-cache:1.26.4
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
    good: "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-local-dns
  namespace: kube-system
spec:
  selector:
    matchLabels:
      k8s-app: node-local-dns
  template:
    metadata:
      labels:
        k8s-app: node-local-dns
    spec:
      hostNetwork: true
      containers:
      - name: node-cache
        image: registry.k8s.io/dns/k8s-dns-node-cache:1.26.4
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    - ipBlock:
        cidr: 169.254.20.10/32
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
};

/// Only where the cache is seen. Whoever names any range for DNS is taken to know where it is.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let caches: Vec<_> = world.pods().iter().filter(|it| is_cache(it)).collect();
    if caches.is_empty() {
        return;
    }
    let ranges =
        policies(world).filter(|(_, it)| it.rules(Direction::Egress).any(|it| names_a_range(&it)));
    let let_out: BTreeSet<_> = ranges.map(|(_, it)| it.namespace).collect();
    for (object, policy) in policies(world) {
        let own = folder(world.file(object));
        if !caches.iter().any(|it| is_one_tree(folder(&it.file), own)) {
            continue;
        }
        let is_let_out = let_out.contains(policy.namespace);
        if is_let_out || world.network().has_other_kinds(policy.namespace) {
            continue;
        }
        let rules = policy.rules(Direction::Egress).filter(asks_dns);
        let block = json!({"ipBlock": {"cidr": "169.254.20.10/32"}});
        let places = rules.map(|it| (it.peer_list(), Some(Action::Append(block.clone()))));
        let message = "lets pods ask the DNS pods, but not NodeLocal DNSCache on their node, which no selector finds";
        reporter.flag_all_in(object, message, places);
    }
}

fn is_cache(pod: &PodSummary) -> bool {
    let is_labelled = |it: &(String, String)| it.0 == "k8s-app" && it.1 == "node-local-dns";
    !pod.is_patch && pod.is_host_network && pod.labels.iter().any(is_labelled)
}

fn asks_dns(rule: &TrafficRule<'_>) -> bool {
    !rule.is_for_every_port()
        && rule.ports().all(Port::is_dns)
        && rule.peers().any(|it| it.namespace_selector().exists())
}

fn names_a_range(rule: &TrafficRule<'_>) -> bool {
    rule.allows(Protocol::Udp, 53)
        && (rule.is_for_every_peer() || rule.peers().any(|it| it.ip_block().is_some()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(label: &str, is_on_host: bool, more: &str) -> usize {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: kube-system, labels: {{k8s-app: \
             {label}}}}}, spec: {{hostNetwork: {is_on_host}, containers: [{{name: a, image: a}}]}}}}\n---\n\
             {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, spec: \
             {{policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{}}}}], ports: [{{port: 53, protocol: \
             UDP}}]}}{more}]}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn only_a_cache_on_the_network_of_the_host_is_out_of_reach() {
        assert_eq!(says("node-local-dns", true, ""), 1);
        assert_eq!(says("node-local-dns", false, ""), 0);
        assert_eq!(says("kube-dns", true, ""), 0);
    }

    #[test]
    fn any_range_for_dns_is_taken_for_the_cache() {
        let more = |peers: &str| says("node-local-dns", true, &format!(", {{to: [{peers}]}}"));
        assert_eq!(more("{ipBlock: {cidr: 169.254.0.0/16}}"), 0);
        assert_eq!(more("{podSelector: {}}"), 1);
        assert_eq!(says("node-local-dns", true, ", {ports: [{port: 53, protocol: UDP}]}"), 0);
    }
}
