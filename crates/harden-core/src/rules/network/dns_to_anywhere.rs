//! Policies that let DNS out to any server.

use harden_yaml::Action;
use serde_json::Value;

use super::dns_rules::dns_rules;
use crate::kubernetes::Reach;
use crate::network::{Direction, NetworkPolicy, Port, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "dns-to-anywhere",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "DNS is allowed to any address",
    why: "Whoever gets into a pod can ask a name server of their own, and send data out in the \
          names that they ask for; other programs can use the port, too.",
    remedy: "name the DNS pods of the cluster in `to`",
    breaks: "Pods that ask other name servers directly cannot; name these, too.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Mitre("T1048"),
        Reference::Owasp("K05"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
    good: "\
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
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let rules = policy.rules(Direction::Egress).filter(|rule| {
        rule.reach() == Reach::All && !rule.is_for_every_port() && rule.ports().all(Port::is_dns)
    });
    reporter.flag_all(
        "lets pods ask name servers anywhere, not only those of the cluster",
        rules.map(|rule| (rule.peer_list(), "", to_dns(&rule).map(Action::Set))),
    );
}

/// The DNS pods of most clusters; `None` where the ports are those of others.
fn to_dns(rule: &TrafficRule<'_>) -> Option<Value> {
    let is_usual = rule.ports().all(|it| it.place.at("port").as_i64() == Some(53));
    let peers = dns_rules().into_iter().next()?.get_mut("to")?.take();
    is_usual.then_some(peers)
}
